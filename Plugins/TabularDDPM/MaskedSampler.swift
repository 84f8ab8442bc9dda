import DiffusionCore
import Foundation
import NeuralNetworks

/// Generates rows by unmasking slots in a random order, each from its distribution given all that is visible: ancestral
/// sampling without a solver, and exact while one slot is revealed at a time.
///
/// Sources: Hoogeboom et al., "Autoregressive diffusion models", ICLR 2022, algorithm 1; several slots an evaluation as in
/// Sahoo et al., "Simple and effective masked diffusion language models", NeurIPS 2024, section 4.
///
/// Rows of one shard share an order, so that an evaluation needs the head of few slots only. Constrained slots come
/// first and are drawn within their constraint. All rows then have the right distribution if a row is kept with the
/// probability that its constrained draws would have had without the constraint (rejection sampling); the first draw's
/// probability is the same for all and is left out.
struct MaskedSampler: Sendable {
  let objective: MaskedObjective
  var plan: ConditionPlan
  var generatesMissing = true
  /// How many evaluations a row may take; more slots than that are revealed several at a time.
  var evaluations = Int.max
  /// Whether fewer slots are revealed at the start, when little is visible, than at the end.
  var isCosine = false
  /// How far draws go beyond what the conditions ask for; see ``SlotGuidance``.
  var guidance = SlotGuidance(weight: 0)
  private let order: RevealOrder
  private let columns: [NumberColumn]
  private let rules: [SlotRule]
  /// By slot, the derived columns that relations ask for.
  private let derived: [[DerivedNumber]]
  private let clashes: RelationClashes
  private let ranges: RelationRanges
  private let sources: GivenSources

  /// What the loop needs of a slot, without looking into the coding.
  private struct SlotRule: Sendable {
    var codes: Int
    var isDensity: Bool
    var column: Int
    var numeric: Int
    /// The slot before, and the codes of it that have a place here.
    var follows: Int
    var placeCodes: Int32
    var missing: Int
    var output: Range<Int>
  }

  /// A column whose number follows from a code.
  private struct DerivedNumber: Sendable {
    var column: Int
    var numberOfCode: [Double]
  }

  /// How the number of a column is worked out.
  private struct NumberColumn: Sendable {
    var numeric = -1
    var first = -1, place = -1
    var relations: Int32 = .max, missing: Int32 = .max
    var scoreOfCode: [Float] = []
    var limit: Float = 0
    var isDensity = false
    var dependents: [Int] = []
    /// The anchors that the number is part of.
    var anchors: [Int] = []
  }

  init(_ objective: MaskedObjective, plan: ConditionPlan) throws {
    self.objective = objective
    self.plan = plan
    let coding = objective.coding, layout = objective.layout
    order = try RevealOrder(after: layout.slots.map(\.follows))
    clashes = RelationClashes(coding, layout: layout)
    ranges = RelationRanges(coding, layout: layout)
    sources = GivenSources(coding, layout: layout)
    rules = layout.slots.map { slot in
      let column = coding.columns[slot.column]
      let places: Int32 =
        switch column.content {
        case .continuous(let c): Int32(c.bins)
        default: Int32(column.codes - (column.hasMissing ? 1 : 0))
        }
      var rule = SlotRule(
        codes: 0, isDensity: false, column: slot.column, numeric: layout.numericIndex[slot.column] ?? -1,
        follows: slot.follows ?? -1, placeCodes: places,
        missing: slot.follows == nil && column.hasMissing ? column.missingCode : -1, output: slot.output)
      switch slot.kind {
      case .category(let codes): rule.codes = codes
      case .density(let components): (rule.codes, rule.isDensity) = (components, true)
      }
      return rule
    }
    var columns = [NumberColumn](repeating: NumberColumn(), count: coding.columns.count)
    for (index, column) in coding.columns.enumerated() {
      guard let numeric = layout.numericIndex[index] else { continue }
      let own = layout.slotsOfColumn[index]
      columns[index].numeric = numeric
      if column.codes > 1 { columns[index].first = own[0] }
      if column.hasMissing { columns[index].missing = Int32(column.missingCode) }
      switch column.content {
      case .values(_, let quantiles):
        columns[index].scoreOfCode = quantiles.map { Float(NormalDistribution.quantile(Double($0))) }
      case .continuous(let c):
        columns[index].place = own[own.count - 1]
        columns[index].relations = Int32(c.bins + c.heavy.count)
        columns[index].isDensity = c.cells == 0
        columns[index].limit = Float(c.map.score(1))
        columns[index].scoreOfCode =
          Array(repeating: .nan, count: c.bins) + c.heavy.map { Float(c.map.score(of: $0)) }
        for parent in Set(c.relations.flatMap(\.parents)) { columns[parent].dependents.append(index) }
      default: break
      }
    }
    for (index, anchor) in layout.anchors.enumerated() {
      for parent in anchor.relation.parents { columns[parent].anchors.append(index) }
    }
    self.columns = columns
    var derived = [[DerivedNumber]](repeating: [], count: rules.count)
    for (index, column) in coding.columns.enumerated() where !columns[index].dependents.isEmpty {
      guard case .derived(let content) = column.content, let numbers = content.numbers else { continue }
      derived[layout.slotsOfColumn[content.source][0]].append(DerivedNumber(column: index, numberOfCode: numbers))
    }
    self.derived = derived
  }

  /// Generates the unknown slots of some rows.
  ///
  /// - Throws: ``ConditionError/impossible(_:)`` where the conditions are never met together.
  func sample(_ start: Rows, random: RandomStream, on tape: Tape) throws -> Rows {
    var random = random
    guard !plan.constraints.isEmpty else { return try reveal(start, &random, on: tape).rows }
    var done = start, pending = Array(0..<start.count)
    for _ in 0..<200 where !pending.isEmpty {
      let (rows, weights) = try reveal(start.selecting(pending), &random, on: tape)
      let kept = pending.indices.filter { place in
        random.uniform() < weights[place] && meetsBounds(rows, place, given: start, pending[place])
      }
      done.replace(kept.map { pending[$0] }, with: rows.selecting(kept))
      let keptSet = Set(kept)
      pending = pending.indices.filter { !keptSet.contains($0) }.map { pending[$0] }
    }
    guard pending.isEmpty else {
      throw ConditionError.impossible("the model makes such rows too seldom; loosen a condition")
    }
    return done
  }

  /// Whether what was drawn lies within the bounds; a number that was given stays whatever it is.
  private func meetsBounds(_ rows: Rows, _ row: Int, given: Rows, _ origin: Int) -> Bool {
    plan.bounds.allSatisfy { column, range in
      range.contains(rows.numbers[row * columns.count + column])
        || !given.numbers[origin * columns.count + column].isNaN
    }
  }

  /// Which slots each evaluation reveals.
  private func schedule(_ random: inout RandomStream, unknown: Set<Int>, limited: Set<Int>) -> [[Int]] {
    let drawn = order.random(&random).filter { unknown.contains($0) }
    // Constrained slots first and alone, so that their probabilities are conditional on each other.
    let constrained = limited.union(plan.constraints.keys).filter { unknown.contains($0) }.sorted()
    let leading = constrained.flatMap { slot -> [Int] in
      let first = rules[slot].follows
      return first >= 0 && unknown.contains(first) && !constrained.contains(first) ? [first, slot] : [slot]
    }
    var groups = leading.map { [$0] }
    let taken = Set(leading)
    let rest = drawn.filter { !taken.contains($0) }
    guard !rest.isEmpty else { return groups }
    var position = 0
    let pace = MaskingSchedule(isCosine ? .cosine : .linear)
    for size in RevealCounts.plan(
      codes: rest.count, evaluations: max(1, min(evaluations, rest.count)), schedule: pace)
    {
      var group: [Int] = []
      for slot in rest[position..<position + size] {
        // A place must see its bin, so it waits for an evaluation of its own.
        if rules[slot].follows >= 0, group.contains(rules[slot].follows) { groups.append(group); group = [] }
        group.append(slot)
      }
      if !group.isEmpty { groups.append(group) }
      position += size
    }
    return groups
  }

  private func reveal(
    _ start: Rows, _ random: inout RandomStream, on tape: Tape
  ) throws -> (rows: Rows, weights: [Float]) {
    let slots = rules.count, count = start.count
    var rows = start
    for row in 0..<count { for anchor in objective.layout.anchors.indices { place(anchor, row: row, &rows) } }
    var weights = [Float](repeating: 1, count: count)
    var visible = start.codes.map { $0 != Cells.unknown }
    var unknown: Set<Int> = []
    for slot in 0..<slots where (0..<count).contains(where: { !visible[$0 * slots + slot] }) { unknown.insert(slot) }
    var input = MaskedInput(rows: count, layout: objective.layout)
    for slot in 0..<slots where !derived[slot].isEmpty {
      for row in 0..<count where visible[row * slots + slot] { derive(from: slot, row: row, &rows) }
    }
    let conditioned = guidance.weight > 0 ? conditionedSlots : []
    var freeInput = input, isFirstDraw = true, anchors: [Float] = []
    for group in schedule(&random, unknown: unknown, limited: sources.slots(limitedIn: start)) {
      var output: Variable?, freeOutput: Variable?
      for slot in group {
        let rule = rules[slot]
        var live: [Int] = [], idle: [Int] = []
        for row in 0..<count where !visible[row * slots + slot] {
          let first = rule.follows >= 0 ? rows.codes[row * slots + rule.follows] : 0
          if rule.follows < 0 || first >= 0 && first < rule.placeCodes { live.append(row) } else { idle.append(row) }
        }
        if !live.isEmpty {
          if output == nil {
            fill(&input, rows, visible)
            tape.reset()
            output = objective.network.hidden(input, on: tape)
            if !conditioned.isEmpty {
              var seen = visible
              for row in 0..<count { for slot in conditioned { seen[row * slots + slot] = false } }
              fill(&freeInput, rows, seen)
              freeOutput = objective.network.hidden(freeInput, on: tape)
            }
          }
          let parameters = objective.network.outputs(of: slot, hidden: output!)
          guard parameters.isFinite else { throw ArchiveError(.overflow(what: "distributions")) }
          let free =
            conditioned.contains(slot) ? nil : freeOutput.map { objective.network.outputs(of: slot, hidden: $0) }
          let isConstrained = plan.constraints[slot] != nil
          for row in live {
            anchors.removeAll(keepingCapacity: true)
            objective.builder.appendAnchors(of: slot, input, row: row, to: &anchors)
            let mass = draw(
              slot, row: row, parameters.values.baseAddress! + row * parameters.columns,
              free: free.map { $0.values.baseAddress! + row * $0.columns }, anchors, &rows, visible, &random)
            // Nothing that the condition allows is possible beside what is given.
            if isConstrained && (!isFirstDraw || mass == 0) { weights[row] *= mass }
          }
          if isConstrained { isFirstDraw = false }
        }
        for row in idle { rows.codes[row * slots + slot] = Cells.notApplicable }
        for row in live + idle {
          visible[row * slots + slot] = true
          if rule.numeric >= 0 { resolve(rule.column, row: row, &rows, visible, &random) }
          derive(from: slot, row: row, &rows)
          for number in derived[slot] { resolveDependents(of: number.column, row: row, &rows, visible, &random) }
        }
      }
    }
    return (rows, weights)
  }

  /// The slots that conditions fix or constrain.
  private var conditionedSlots: Set<Int> {
    Set(plan.constraints.keys).union(plan.known.keys.flatMap { objective.layout.slotsOfColumn[$0] })
  }

  private func fill(_ input: inout MaskedInput, _ rows: Rows, _ visible: [Bool]) {
    let slots = rules.count, numbers = objective.layout.scoreCount
    rows.codes.withUnsafeBufferPointer { codes in
      rows.scores.withUnsafeBufferPointer { scores in
        visible.withUnsafeBufferPointer { visible in
          for row in 0..<rows.count {
            objective.builder.fill(
              &input, row: row, codes: codes.baseAddress! + row * slots,
              scores: scores.baseAddress.map { $0 + row * numbers }, visible: visible.baseAddress! + row * slots)
          }
        }
      }
    }
  }

  /// Draws one slot and returns the probability of its constraint.
  ///
  /// - Parameter free: the distribution that does not see the conditions; nil where draws are not guided.
  private func draw(
    _ slot: Int, row: Int, _ parameters: UnsafePointer<Float>, free: UnsafePointer<Float>?, _ anchors: [Float],
    _ rows: inout Rows, _ visible: [Bool], _ random: inout RandomStream
  ) -> Float {
    let rule = rules[slot], constraint = plan.constraints[slot], first = row * rules.count
    func number(_ column: Int) -> Double { rows.numbers[row * columns.count + column] }
    let interval = ranges.interval(
      of: rule.column, codes: { visible[first + $0] ? rows.codes[first + $0] : Cells.unknown }, number: number)
    if rule.isDensity {
      let mixture = GaussianMixture(parameters, components: rule.codes, anchors: anchors)
      rows.codes[first + slot] = 0
      let within = scores(interval, of: rule.column, and: constraint?.scores)
      let (score, mass) =
        free.map {
          guidance.draw(mixture, beside: GaussianMixture($0, components: rule.codes, anchors: anchors), within, &random)
        } ?? mixture.draw(within: within, &random)
      if rule.numeric >= 0 { rows.scores[row * objective.layout.scoreCount + rule.numeric] = score }
      return mass
    }
    let excluded = generatesMissing || constraint != nil ? -1 : rule.missing
    func drawn(_ logits: UnsafePointer<Float>) -> (code: Int, mass: Float) {
      Categorical.draw(
        logits, rule.codes, allowed: constraint?.codes, excluding: excluded,
        impossible: sources.impossible(
          slot, row: row, of: rows, codes: rule.codes,
          and: ranges.impossible(
            slot, codes: rule.codes, within: interval, number: number,
            and: clashes.impossible(slot, rows.codes, visible, first: first))), random.uniform())
    }
    let (code, mass) =
      free.map {
        guidance.logits(parameters, beside: $0, count: rule.codes).withUnsafeBufferPointer { drawn($0.baseAddress!) }
      } ?? drawn(parameters)
    rows.codes[first + slot] = Int32(code)
    return mass
  }

  /// Bounds of a density by where its number must lie, within those of a condition.
  private func scores(
    _ interval: ClosedRange<Double>?, of column: Int, and constraint: ClosedRange<Float>?
  ) -> ClosedRange<Float>? {
    guard let interval, case .continuous(let c) = objective.coding.columns[column].content else { return constraint }
    let ends = constraint ?? -columns[column].limit...columns[column].limit
    let low = max(Float(c.map.score(of: interval.lowerBound, tie: 1)), ends.lowerBound)
    let high = min(Float(c.map.score(of: interval.upperBound, tie: 0)), ends.upperBound)
    return low < high ? low...high : constraint
  }

  /// Works out where an anchor falls, if its parents are known.
  private func place(_ anchor: Int, row: Int, _ rows: inout Rows) {
    let layout = objective.layout
    rows.scores[row * layout.scoreCount + layout.numericCount + anchor] = objective.coding.score(
      of: layout.anchors[anchor], parent: { rows.numbers[row * columns.count + $0] })
  }

  /// Works out a column's number once its slots and its parents are known, and then what depends on it.
  private func resolve(
    _ column: Int, row: Int, _ rows: inout Rows, _ visible: [Bool], _ random: inout RandomStream
  ) {
    let rule = columns[column], slots = rules.count
    guard rule.numeric >= 0 else { return }
    let known = rows.codes.withUnsafeBufferPointer { codes in
      visible.withUnsafeBufferPointer { visible in
        objective.builder.knows(
          Int32(rule.numeric), codes.baseAddress! + row * slots, visible.baseAddress! + row * slots)
      }
    }
    let first = rule.first >= 0 ? rows.codes[row * slots + rule.first] : 0
    guard known, first != rule.missing else { return }
    let at = row * objective.layout.scoreCount + rule.numeric
    let place = rule.place >= 0 ? rows.codes[row * slots + rule.place] : 0
    let value = objective.coding.number(
      column, first: first, fine: place, score: rows.scores[at], jitter: Double(random.uniform()),
      parent: { rows.numbers[row * columns.count + $0] })
    rows.numbers[row * columns.count + column] = value
    let ready = Int(first) < rule.scoreOfCode.count ? rule.scoreOfCode[Int(first)] : .nan
    if !ready.isNaN {
      rows.scores[at] = ready
    } else if rule.isDensity && first < rule.relations {
      rows.scores[at] = min(max(rows.scores[at], -rule.limit), rule.limit)
    } else {
      rows.scores[at] = objective.coding.score(column, of: value)
    }
    for anchor in rule.anchors { self.place(anchor, row: row, &rows) }
    resolveDependents(of: column, row: row, &rows, visible, &random)
  }

  /// Writes the numbers that follow from a known code, but for those that were given.
  private func derive(from slot: Int, row: Int, _ rows: inout Rows) {
    for number in derived[slot] where rows.numbers[row * columns.count + number.column].isNaN {
      rows.numbers[row * columns.count + number.column] =
        number.numberOfCode[Int(rows.codes[row * rules.count + slot])]
    }
  }

  private func resolveDependents(
    of column: Int, row: Int, _ rows: inout Rows, _ visible: [Bool], _ random: inout RandomStream
  ) {
    for dependent in columns[column].dependents
    where rows.codes[row * rules.count + columns[dependent].first] >= columns[dependent].relations {
      resolve(dependent, row: row, &rows, visible, &random)
    }
  }
}
