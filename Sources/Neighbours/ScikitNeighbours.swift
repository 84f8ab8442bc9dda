extension NeighbourSpace {
  /// The nearest of these points as scikit-learn's `NearestNeighbors(n_neighbors=count)` returns them, ties included.
  ///
  /// Its search follows the data: sparse rows (which is what SMOTE-NC makes of categories) have all their distances
  /// partitioned by numpy; more than 15 columns, or `count` of at least half of the points, are searched by brute force;
  /// anything else through a k-d tree. Each way breaks ties by the order in which it comes upon points, and each is
  /// followed here. Where a point is its own query it is among its neighbours, mostly as the first.
  ///
  /// Two things depend on the machine that scikit-learn runs on, and only on ties: numpy's partition (its plain one is
  /// followed, see ``Introselect``), and the rounding of BLAS in the product of dense rows of more than 15 columns.
  ///
  /// - Parameters:
  ///   - count: how many, at most as many as there are points.
  ///   - level: the number that stands for a category in the sparse rows, the median deviation over √2 with SMOTE-NC;
  ///     nil for dense rows of numbers.
  ///   - referenceThreads: the number of threads of scikit-learn whose order is followed.
  /// - Returns: indices, `[queries, count]`, nearest first.
  /// - Precondition: a space with categories has a level.
  public func nearestAsScikitLearn(
    to queries: NeighbourSpace, count: Int, level: Double?, threads: Int, referenceThreads: Int = 1
  ) -> [Int32] {
    precondition(count <= rowCount, "there are \(rowCount) points, fewer than \(count)")
    precondition(codeCount == 0 || level != nil, "categories need a level")
    precondition(
      queries.numberCount == numberCount && queries.weights == weights, "points and queries must share a space")
    guard count > 0, queries.rowCount > 0 else { return [] }
    if level == nil, numberCount <= 15, count < rowCount / 2 {
      return KDTree(points: numbers, width: numberCount, count: rowCount)
        .nearest(to: queries.numbers, rows: queries.rowCount, count: count, threads: threads)
    }
    let form = ExpandedSquares(points: self, queries: queries, level: level)
    if level != nil {
      let search = NeighbourSearch(points: self, queries: queries, count: min(count + 1, rowCount))
      let found = search.run(threads: threads) {
        PartitionKeeper(search: search, form: form, count: count, indices: $0, squares: $1)
      }.indices
      return search.count == count ? found : found.indices.filter { $0 % (count + 1) < count }.map { found[$0] }
    }
    let search = NeighbourSearch(points: self, queries: queries, count: count)
    return search.run(threads: threads) {
      ScanKeeper(search: search, form: form, threads: referenceThreads, indices: $0, squares: $1)
    }.indices
  }
}
