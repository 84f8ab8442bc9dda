import Testing

@testable import DownstreamModels
