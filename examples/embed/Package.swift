// swift-tools-version: 6.0
import PackageDescription

let package = Package(
  name: "embed",
  dependencies: [.package(name: "Langevin", path: "../..")],
  targets: [
    .executableTarget(
      name: "embed",
      dependencies: [
        .product(name: "DiffusionCore", package: "Langevin"), .product(name: "TabularDDPM", package: "Langevin"),
        .product(name: "Evaluation", package: "Langevin"),
      ])
  ]
)
