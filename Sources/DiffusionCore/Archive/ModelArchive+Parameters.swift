import NeuralNetworks

extension ModelArchive {
  /// Adds every parameter of a store as a tensor of its name, `[rows, columns]`.
  public mutating func add(parametersOf store: ParameterStore) {
    for parameter in store.layout.parameters { add(StoredTensor(parameter.name, store.tensor(parameter))) }
  }

  /// The parameters of a layout, read from the tensors of their names. Nothing is allocated before each of them is known to
  /// be there in its shape.
  ///
  /// - Throws: ``ArchiveError`` where one is missing, of another shape or type, or holds a number that is not finite.
  public func parameters(for layout: ParameterLayout) throws(ArchiveError) -> ParameterStore {
    for parameter in layout.parameters { _ = try tensor(parameter.name, shape: [parameter.rows, parameter.columns]) }
    var values = [Float](repeating: 0, count: layout.count)
    for parameter in layout.parameters {
      let stored = try numbers(parameter.name, shape: [parameter.rows, parameter.columns])
      values.replaceSubrange(parameter.offset..<parameter.offset + parameter.count, with: stored)
    }
    return ParameterStore(layout: layout, values: values)
  }
}
