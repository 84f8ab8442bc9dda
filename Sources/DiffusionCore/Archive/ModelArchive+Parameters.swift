import NeuralNetworks

extension ModelArchive {
  /// Adds every parameter of a store as a tensor of its name, `[rows, columns]`.
  public mutating func add(parametersOf store: ParameterStore) {
    for parameter in store.layout.parameters { add(StoredTensor(parameter.name, store.tensor(parameter))) }
  }

  /// The parameters of a layout, read from the tensors of their names.
  ///
  /// - Throws: ``ArchiveError`` where one is missing or of another shape.
  public func parameters(for layout: ParameterLayout) throws(ArchiveError) -> ParameterStore {
    var values = [Float](repeating: 0, count: layout.count)
    for parameter in layout.parameters {
      let stored = try tensor(parameter.name, shape: [parameter.rows, parameter.columns]).tensor()
      values.replaceSubrange(parameter.offset..<parameter.offset + parameter.count, with: stored.values)
    }
    return ParameterStore(layout: layout, values: values)
  }
}
