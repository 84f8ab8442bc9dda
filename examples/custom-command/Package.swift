// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "custom-command",
  dependencies: [.package(name: "Langevin", path: "../..")],
  targets: [
    .executableTarget(
      name: "custom-command",
      dependencies: [
        .product(name: "DiffusionCore", package: "Langevin"), .product(name: "LangevinCommand", package: "Langevin"),
      ],
      path: "Sources")
  ]
)
