import DiffusionTesting
import Foundation
import PluginTemplate
import PluginTemplateSources
import Testing

@testable import PluginLoading

/// The packages that `langevin plugins new` makes.
@Suite struct PluginTemplateTests {
  @Test func `Every template keeps the laws of its kind`() throws {
    try checkPlugin(TemplateMethodPlugin())
    try checkPlugin(TemplateDenoiserPlugin())
    try checkPlugin(TemplateSchedulePlugin())
    try checkPlugin(TemplateEncoderPlugin())
  }

  @Test(arguments: [
    ("MyMethod", ["MyMethod", "my-method", "my_method"]), ("my-method", ["MyMethod", "my-method", "my_method"]),
    ("my_method", ["MyMethod", "my-method", "my_method"]), ("DDPM", ["DDPM", "ddpm", "ddpm"]),
    ("flow2Trees", ["Flow2Trees", "flow2trees", "flow2trees"]), ("x", ["X", "x", "x"]),
  ]) func `A name is written in three ways`(text: String, forms: [String]) throws {
    let name = try #require(PluginName(text))
    #expect([name.type, name.id, name.identifier] == forms)
  }

  @Test(arguments: ["", "2flow", "my method", "-a", "a-", "a--b", "é", "../a"])
  func `Other texts are no names`(text: String) { #expect(PluginName(text) == nil) }

  @Test(arguments: PluginTemplate.Kind.allCases) func `A package in Swift has the plugin's name throughout`(
    kind: PluginTemplate.Kind
  ) throws {
    let files = PluginTemplate(kind, named: try #require(PluginName("MyThing"))).filesInSwift(langevin: #"/a "b"\c"#)
    #expect(
      files.keys.sorted() == [
        "Package.swift", "README.md", "Sources/MyThing/MyThing.swift", "Sources/langevin-my-thing/main.swift",
        "Tests/MyThingTests/MyThingTests.swift",
      ])
    for (path, text) in files {
      #expect(!text.lowercased().contains("template") && !text.contains("LANGEVIN-PACKAGE"), "\(path)")
    }
    #expect(files["Package.swift"]?.contains(#"path: "/a \"b\"\\c""#) == true)
    #expect(files["Sources/MyThing/MyThing.swift"]?.contains("public struct MyThingPlugin: Plugin") == true)
    #expect(files["Sources/langevin-my-thing/main.swift"]?.contains("[MyThingPlugin()]") == true)
  }

  @Test(.enabled(if: Scratch.hasMake, "make is not here"))
  func `A package in C is built by make, and keeps the laws`() throws {
    let scratch = Scratch()
    for (path, text) in PluginTemplate(.method, named: try #require(PluginName("MyMethod"))).filesInC {
      #expect(!text.contains("template"), "\(path)")
      try Data(text.utf8).write(to: scratch.folder.appending(path: path))
    }
    try Scratch.run("make", ["-s", "-C", scratch.folder.path, "CFLAGS=-O1 -Wall -Wextra -Werror"])
    let plugin = try RuntimePlugin(contentsOf: scratch.path("libmy_method.so"))
    #expect(plugin.descriptor.id == "my-method")
    try checkPlugin(plugin)
  }
}
