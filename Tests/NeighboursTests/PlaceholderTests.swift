import Testing

@testable import Neighbours
