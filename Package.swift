// swift-tools-version: 6.2

import PackageDescription

/// Continuous integration sets this: there a warning in our own code is an error.
let warningsAreErrors = Context.environment["HEARTH_WARNINGS_AS_ERRORS"] != nil

let settings: [SwiftSetting] =
    [
        .swiftLanguageMode(.v6),
        .enableUpcomingFeature("ExistentialAny"),
        .enableUpcomingFeature("InternalImportsByDefault"),
        .enableUpcomingFeature("MemberImportVisibility"),
    ] + (warningsAreErrors ? [.treatAllWarnings(as: .error)] : [])

let package = Package(
    name: "hearth",
    products: [
        .library(name: "HearthMemory", targets: ["HearthMemory"]),
        .library(name: "HearthHub", targets: ["HearthHub"]),
        .library(name: "HearthMetrics", targets: ["HearthMetrics"]),
        .executable(name: "hearth", targets: ["hearth"]),
    ],
    dependencies: [
        .package(url: "https://github.com/apple/swift-argument-parser", from: "1.8.2"),
        .package(url: "https://github.com/apple/swift-collections", from: "1.6.0"),
        // Without its traits: it then needs nothing that we don't need already.
        .package(url: "https://github.com/apple/swift-configuration", from: "1.4.0", traits: []),
        .package(url: "https://github.com/apple/swift-crypto", from: "4.5.2"),
        .package(url: "https://github.com/apple/swift-distributed-tracing", from: "1.7.3"),
        .package(url: "https://github.com/apple/swift-log", from: "1.16.2"),
        .package(url: "https://github.com/apple/swift-metrics", from: "2.13.0"),
        .package(url: "https://github.com/apple/swift-system", from: "1.8.1"),
        .package(url: "https://github.com/swift-server/swift-service-lifecycle", from: "2.13.0"),
        // For the command line alone.
        .package(url: "https://github.com/swhitty/FlyingFox", from: "0.27.1"),
        .package(url: "https://github.com/swiftlang/swift-docc-plugin", from: "1.5.0"),
        // Without its trait for Foundation, which the providers of keys don't need.
        .package(url: "https://github.com/swiftlang/swift-subprocess", from: "1.0.2", traits: []),
    ],
    targets: [
        .systemLibrary(name: "CSQLite", pkgConfig: "sqlite3", providers: [.apt(["libsqlite3-dev"])]),
        .target(
            name: "CEmbeddingData",
            exclude: ["characters.bin", "static-embedding.bin", "vocabulary.bin"]  // compiled in by data.c
        ),
        .target(name: "CVectorKernels"),
        .target(
            name: "HearthSQLite",
            dependencies: [
                "CSQLite",
                .product(name: "DequeModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "HearthEmbedding",
            dependencies: ["CEmbeddingData", "CVectorKernels"],
            swiftSettings: settings
        ),
        .target(
            name: "HearthModel",
            dependencies: [.product(name: "Crypto", package: "swift-crypto")],
            swiftSettings: settings
        ),
        .target(
            name: "HearthKeys",
            dependencies: [
                "HearthModel",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CryptoExtras", package: "swift-crypto"),
                .product(name: "Subprocess", package: "swift-subprocess"),
                .product(name: "SystemPackage", package: "swift-system"),
            ],
            swiftSettings: settings
        ),
        .target(name: "HearthText", swiftSettings: settings),
        .target(
            name: "HearthRules",
            dependencies: [
                "HearthModel",
                "HearthText",
                .product(name: "BitCollections", package: "swift-collections"),
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "HearthStore",
            dependencies: [
                "CVectorKernels",
                "HearthEmbedding",
                "HearthModel",
                "HearthRules",
                "HearthSQLite",
                "HearthText",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "HearthMemory",
            dependencies: [
                "HearthEmbedding",
                "HearthKeys",
                "HearthModel",
                "HearthRules",
                "HearthStore",
                "HearthText",
                .product(name: "Configuration", package: "swift-configuration"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "HearthMetrics",
            dependencies: ["HearthModel", .product(name: "CoreMetrics", package: "swift-metrics")],
            swiftSettings: settings
        ),
        .target(
            name: "HearthMCP",
            dependencies: ["HearthMemory", "HearthText"],
            swiftSettings: settings
        ),
        .target(
            name: "HearthHub",
            dependencies: [
                "HearthKeys",
                "HearthMemory",
                "HearthModel",
                "HearthRules",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "HearthImport",
            dependencies: [
                "HearthModel",
                "HearthSQLite",
                "HearthText",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "hearth",
            dependencies: [
                "HearthHub",
                "HearthImport",
                "HearthMCP",
                "HearthMemory",
                "HearthMetrics",
                "HearthText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "FlyingFox", package: "FlyingFox"),
                .product(name: "FlyingSocks", package: "FlyingFox"),
                .product(name: "HeapModule", package: "swift-collections"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "UnixSignals", package: "swift-service-lifecycle"),
            ],
            swiftSettings: settings
        ),
        .executableTarget(
            name: "HearthBench",
            dependencies: [
                "CSQLite",
                "CVectorKernels",
                "HearthMemory",
                "HearthMetrics",
                "HearthModel",
                "HearthRules",
                "HearthText",
                .product(name: "ArgumentParser", package: "swift-argument-parser"),
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        .target(
            name: "TestSupport",
            dependencies: [
                "CSQLite", "HearthMemory", "HearthModel", "HearthRules", "HearthText",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            path: "Tests/TestSupport",
            swiftSettings: settings
        ),
        .testTarget(
            name: "CVectorKernelsTests",
            dependencies: ["CVectorKernels", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthModelTests",
            dependencies: ["HearthModel", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthKeysTests",
            dependencies: [
                "HearthKeys",
                "HearthModel",
                "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthTextTests",
            dependencies: ["HearthText", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthRulesTests",
            dependencies: [
                "HearthModel",
                "HearthRules",
                "HearthText",
                "TestSupport",
                .product(name: "HeapModule", package: "swift-collections"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthSQLiteTests",
            dependencies: ["HearthSQLite", "CSQLite", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthEmbeddingTests",
            dependencies: ["HearthEmbedding", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthStoreTests",
            dependencies: [
                "CSQLite", "HearthEmbedding", "HearthModel", "HearthRules", "HearthSQLite", "HearthStore", "HearthText",
                "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
                .product(name: "Logging", package: "swift-log"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthMemoryTests",
            dependencies: [
                "CSQLite", "HearthMemory", "HearthMetrics", "HearthModel", "HearthRules", "HearthStore",
                "HearthText", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
                .product(name: "InMemoryTracing", package: "swift-distributed-tracing"),
                .product(name: "Logging", package: "swift-log"),
                .product(name: "ServiceLifecycle", package: "swift-service-lifecycle"),
                .product(name: "ServiceLifecycleTestKit", package: "swift-service-lifecycle"),
                .product(name: "Tracing", package: "swift-distributed-tracing"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthMetricsTests",
            dependencies: [
                "HearthMetrics", "TestSupport",
                .product(name: "CoreMetrics", package: "swift-metrics"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthMCPTests",
            dependencies: ["HearthMCP", "HearthMemory", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthHubTests",
            dependencies: [
                "HearthHub", "HearthModel", "HearthSQLite", "TestSupport",
                .product(name: "Crypto", package: "swift-crypto"),
            ],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthImportTests",
            dependencies: ["CSQLite", "HearthImport", "HearthModel", "HearthText", "TestSupport"],
            swiftSettings: settings
        ),
        .testTarget(
            name: "HearthCommandTests",
            dependencies: ["CSQLite", "HearthMetrics", "HearthModel", "HearthText", "hearth", "TestSupport"],
            swiftSettings: settings
        ),
    ]
)
