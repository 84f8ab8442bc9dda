// swift-tools-version: 6.0
import PackageDescription

// The layers, from the ground up. Arrows point at what a layer may import:
//
//   langevin → Plugins/* → DiffusionCore → NeuralNetworks → Tensors → CKernels, COneDNN
//            ↘ Imputing  ↗               ↘ Tables → CLibCSV, CZlib
//            ↘ Reports   ↘
//            ↘ PluginLoading → CPluginABI, CPluginProbe, DiffusionCore
//            ↘ Tuning  ↗    (Tuning stands on DiffusionCore alone)
//            ↘ Databases → Tables, CSQLite
//   Tables, DiffusionCore, Databases, PluginLoading and langevin write files by Files, which imports Errors alone
//   Errors imports nothing; whatever throws to a user imports it
//                ↘ Evaluation → DownstreamModels → CXGBoost, CLBFGS
//                             ↘ Neighbours → Tensors
//   Plugins/* ↘ ChainedImputation → DownstreamModels, Tables
//
// A plugin never imports another plugin, and the core never imports a plugin. Only `LangevinCommand`
// (which is all of `langevin` but its main) and `Reports` depend on outside Swift packages.

// A quick build, which `bin/langevin` and `bin/test` ask for, leaves out the optimisation of modules in which nobody waits
// for the processor: it is most of a compiler's work. Packages that depend on this one never see such flags.
let unhurried: [SwiftSetting] =
  Context.environment["LANGEVIN_QUICK_BUILD"] == "1" ? [.unsafeFlags(["-Onone"])] : []

let package = Package(
  name: "Langevin",
  products: [
    .executable(name: "langevin", targets: ["langevin"]),
    .library(name: "LangevinCommand", targets: ["LangevinCommand"]),
    .library(name: "DiffusionCore", targets: ["Errors", "Tensors", "NeuralNetworks", "Tables", "DiffusionCore"]),
    .library(name: "TabularDDPM", targets: ["TabularDDPM"]),
    .library(name: "ForestFlow", targets: ["ForestFlow"]),
    .library(name: "ClassImbalance", targets: ["ClassImbalance"]),
    .library(name: "TimeSeriesImputation", targets: ["TimeSeriesImputation"]),
    .library(name: "Imputing", targets: ["Imputing"]),
    .library(name: "Evaluation", targets: ["Evaluation", "DownstreamModels", "Neighbours"]),
    .library(name: "Tuning", targets: ["Tuning"]),
    .library(name: "Databases", targets: ["Databases"]),
    .library(name: "DiffusionTesting", targets: ["DiffusionTesting"]),
    .library(name: "PluginLoading", targets: ["PluginLoading", "CPluginABI"]),
  ],
  dependencies: [
    .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
    .package(url: "https://github.com/hummingbird-project/swift-mustache", from: "2.1.1"),
  ],
  targets: [
    // System libraries and small C kernels.
    .systemLibrary(name: "CLibCSV", path: "Sources/CLibCSV", providers: [.apt(["libcsv-dev"])]),
    .systemLibrary(name: "CZlib", path: "Sources/CZlib", providers: [.apt(["zlib1g-dev"])]),
    .target(
      name: "COneDNN", path: "Sources/COneDNN",
      linkerSettings: [.linkedLibrary("dnnl")]),
    .target(name: "CKernels", path: "Sources/CKernels"),
    .systemLibrary(name: "CSQLite", path: "Sources/CSQLite", providers: [.apt(["libsqlite3-dev"])]),
    .systemLibrary(name: "CXGBoost", path: "Sources/CXGBoost", providers: [.apt(["libxgboost-dev"])]),
    .systemLibrary(name: "CLBFGS", path: "Sources/CLBFGS", providers: [.apt(["liblbfgs-dev"])]),

    // The core.
    .target(name: "Tensors", dependencies: ["COneDNN", "CKernels"], path: "Sources/Tensors"),
    .target(name: "NeuralNetworks", dependencies: ["Tensors"], path: "Sources/NeuralNetworks"),
    .target(name: "Errors", path: "Sources/Errors"),
    .target(name: "Files", dependencies: ["Errors"], path: "Sources/Files"),
    .target(name: "Tables", dependencies: ["Errors", "CLibCSV", "CZlib", "Files"], path: "Sources/Tables"),
    .target(
      name: "DiffusionCore", dependencies: ["Errors", "Files", "Tensors", "NeuralNetworks", "Tables"],
      path: "Sources/DiffusionCore"),
    .target(
      name: "DiffusionTesting", dependencies: ["DiffusionCore"], path: "Sources/DiffusionTesting",
      swiftSettings: unhurried),

    // Whether to trust what was made.
    .target(name: "Neighbours", dependencies: ["Tensors", "CKernels"], path: "Sources/Neighbours"),
    .target(
      name: "DownstreamModels", dependencies: ["Errors", "CXGBoost", "CLBFGS", "CKernels", "Tensors"],
      path: "Sources/DownstreamModels"),
    .target(
      name: "ChainedImputation", dependencies: ["Errors", "DiffusionCore", "DownstreamModels", "Tables", "Tensors"],
      path: "Sources/ChainedImputation"),
    .target(
      name: "Evaluation", dependencies: ["Errors", "Tables", "Tensors", "DownstreamModels", "Neighbours"],
      path: "Sources/Evaluation"),
    // Which options suit a table.
    .target(
      name: "Tuning", dependencies: ["DiffusionCore", "Tensors"], path: "Sources/Tuning", swiftSettings: unhurried),

    .target(
      name: "Reports", dependencies: ["Evaluation", "Tuning", .product(name: "Mustache", package: "swift-mustache")],
      path: "Sources/Reports", resources: [.embedInCode("Templates")], swiftSettings: unhurried),

    // Tables of SQLite databases, in the place of files.
    .target(name: "Databases", dependencies: ["Errors", "Files", "Tables", "CSQLite"], path: "Sources/Databases"),

    // Filling gaps: what every method of imputation needs around it.
    .target(name: "Imputing", dependencies: ["DiffusionCore", "Evaluation"], path: "Sources/Imputing"),

    // Plugins that are loaded at run time, behind the same registry.
    .target(name: "CPluginABI", path: "Sources/CPluginABI"),
    .target(name: "CPluginProbe", path: "Sources/CPluginProbe"),
    .target(
      name: "PluginLoading", dependencies: ["Errors", "CPluginABI", "CPluginProbe", "DiffusionCore", "Files"],
      path: "Sources/PluginLoading", swiftSettings: unhurried),

    // Plugins: diffusion methods, not SwiftPM build plugins.
    .target(
      name: "ClassImbalance", dependencies: ["ChainedImputation", "DiffusionCore", "DownstreamModels", "Neighbours"],
      path: "Plugins/ClassImbalance"),
    .target(
      name: "TimeSeriesImputation", dependencies: ["Errors", "DiffusionCore", "DownstreamModels", "CKernels"],
      path: "Plugins/TimeSeriesImputation"),
    .target(
      name: "TabularDDPM", dependencies: ["Errors", "DiffusionCore", "ChainedImputation"], path: "Plugins/TabularDDPM"),
    .target(
      name: "ForestFlow", dependencies: ["Errors", "ChainedImputation", "DiffusionCore", "DownstreamModels"],
      path: "Plugins/ForestFlow"),
    .target(
      name: "TabularImputation", dependencies: ["DiffusionCore", "ChainedImputation", "Neighbours"],
      path: "Plugins/TabularImputation"),

    // What `langevin plugins new` makes: compiled here, and kept in the command as text.
    .target(
      name: "PluginTemplateSources", dependencies: ["Errors", "DiffusionCore"], path: "Plugins/Template/Swift"),
    .target(
      name: "PluginTemplate", path: "Plugins/Template", sources: ["PluginTemplate.swift"],
      resources: [.embedInCode("Swift"), .embedInCode("C"), .embedInCode("Package")]),

    // The command.
    .target(
      name: "LangevinCommand",
      dependencies: [
        "Errors", "Databases", "DiffusionCore", "DiffusionTesting", "Files", "TabularDDPM", "ForestFlow",
        "TabularImputation",
        "TimeSeriesImputation", "ClassImbalance", "Evaluation", "Imputing", "PluginLoading", "PluginTemplate",
        "Reports", "Tuning",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Sources/langevin", exclude: ["Program"], swiftSettings: unhurried),
    .executableTarget(name: "langevin", dependencies: ["LangevinCommand"], path: "Sources/langevin/Program"),

    // Benchmarks: each folder has a `run` that prints a table beside a reference.
    .executableTarget(
      name: "training-step", dependencies: ["NeuralNetworks", "COneDNN"], path: "Benchmarks/training-step",
      exclude: ["run", "compare.py", "README.md"]),
    .executableTarget(
      name: "csv-reading-benchmark", dependencies: ["Tables"], path: "Benchmarks/csv-reading",
      exclude: ["run", "pandas_reading.py"]),
    .executableTarget(
      name: "likelihood-benchmark", dependencies: ["DiffusionCore", "TabularDDPM", "Tables", "Tensors"],
      path: "Benchmarks/likelihood", exclude: ["run"]),

    // The pictures of the guides.
    .executableTarget(
      name: "guide-pictures", dependencies: ["DiffusionCore", "TabularDDPM", "Tables", "Tensors"],
      path: "docs/guide-pictures", exclude: ["run"]),

    // Programs of examples, which have packages of their own, so that they are built with everything else.
    .executableTarget(
      name: "embed-example", dependencies: ["DiffusionCore", "Evaluation", "TabularDDPM"],
      path: "examples/embed/Sources/embed"),
    .executableTarget(
      name: "custom-command-example", dependencies: ["DiffusionCore", "LangevinCommand"],
      path: "examples/custom-command/Sources"),

    // Inputs made at random, against everything that reads what others wrote.
    .target(
      name: "FuzzGenerators",
      dependencies: [
        "CPluginABI", "DiffusionCore", "LangevinCommand", "PluginLoading", "Tables", "Tensors",
        .product(name: "ArgumentParser", package: "swift-argument-parser"),
      ],
      path: "Tests/Fuzz/Generators"),
    .executableTarget(name: "fuzz", dependencies: ["FuzzGenerators"], path: "Tests/Fuzz/Program"),

    // Tests.
    .testTarget(name: "FuzzTests", dependencies: ["fuzz"], path: "Tests/FuzzTests", swiftSettings: unhurried),
    .testTarget(
      name: "TensorsTests", dependencies: ["CKernels", "Tensors"], path: "Tests/TensorsTests", swiftSettings: unhurried),
    .testTarget(
      name: "NeuralNetworksTests", dependencies: ["NeuralNetworks"],
      path: "Tests/NeuralNetworksTests", swiftSettings: unhurried),
    .testTarget(name: "ErrorsTests", dependencies: ["Errors"], path: "Tests/ErrorsTests", swiftSettings: unhurried),
    .testTarget(name: "FilesTests", dependencies: ["Files"], path: "Tests/FilesTests", swiftSettings: unhurried),
    .testTarget(name: "TablesTests", dependencies: ["Tables"], path: "Tests/TablesTests", swiftSettings: unhurried),
    .testTarget(
      name: "DiffusionCoreTests", dependencies: ["DiffusionCore", "DiffusionTesting"],
      path: "Tests/DiffusionCoreTests", swiftSettings: unhurried),
    .testTarget(
      name: "TabularDDPMTests", dependencies: ["TabularDDPM", "DiffusionTesting"],
      path: "Tests/TabularDDPMTests", swiftSettings: unhurried),
    .testTarget(
      name: "ForestFlowTests", dependencies: ["ForestFlow", "DiffusionTesting", "DownstreamModels"],
      path: "Tests/ForestFlowTests", swiftSettings: unhurried),
    .testTarget(
      name: "ClassImbalanceTests", dependencies: ["ClassImbalance", "TabularDDPM", "DiffusionTesting"],
      path: "Tests/ClassImbalanceTests", swiftSettings: unhurried),
    .testTarget(
      name: "TimeSeriesImputationTests", dependencies: ["TimeSeriesImputation", "DiffusionTesting"],
      path: "Tests/TimeSeriesImputationTests", swiftSettings: unhurried),
    .testTarget(
      name: "TabularImputationTests",
      dependencies: ["ChainedImputation", "DownstreamModels", "TabularDDPM", "TabularImputation", "DiffusionTesting"],
      path: "Tests/TabularImputationTests", swiftSettings: unhurried),
    .testTarget(
      name: "NeighboursTests", dependencies: ["Neighbours"], path: "Tests/NeighboursTests", swiftSettings: unhurried),
    .testTarget(
      name: "DownstreamModelsTests", dependencies: ["DownstreamModels"], path: "Tests/DownstreamModelsTests",
      swiftSettings: unhurried),
    .testTarget(
      name: "EvaluationTests", dependencies: ["Evaluation", "Tables"], path: "Tests/EvaluationTests",
      swiftSettings: unhurried),
    .testTarget(
      name: "ImputingTests", dependencies: ["Imputing"], path: "Tests/ImputingTests", swiftSettings: unhurried),
    .testTarget(
      name: "PluginLoadingTests",
      dependencies: ["PluginLoading", "PluginTemplate", "PluginTemplateSources", "DiffusionTesting"],
      path: "Tests/PluginLoadingTests", swiftSettings: unhurried),
    .testTarget(
      name: "DatabasesTests", dependencies: ["Databases", "Tables"], path: "Tests/DatabasesTests",
      swiftSettings: unhurried),
    .testTarget(name: "TuningTests", dependencies: ["Tuning"], path: "Tests/TuningTests", swiftSettings: unhurried),
    .testTarget(
      name: "ReportsTests", dependencies: ["Reports", "Tuning"], path: "Tests/ReportsTests", swiftSettings: unhurried),
    .testTarget(
      name: "CommandLineTests",
      dependencies: ["langevin", "Databases", "PluginLoading", "Tables"],
      path: "Tests/CommandLineTests", swiftSettings: unhurried),
  ]
)
