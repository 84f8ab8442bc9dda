import Foundation
import Tensors

/// Changes a model file as a forger would: what its JSON says, what its tensors hold, where they lie.
struct Forger {
  var random: RandomStream
  private(set) var file: ForgedFile

  init(_ file: ForgedFile, random: RandomStream) {
    self.file = file
    self.random = random
  }

  /// The bytes of a forged file.
  mutating func forged() -> Data {
    var data: Data
    switch random.integer(below: 20) {
    case 0:
      data = file.data()
      damage(&data)
    case 1:
      forgeLayout()
      data = file.data()
    case 2..<8:
      for _ in 0..<(1 + random.integer(below: 2)) { forgeTensor() }
      data = file.data()
    default:
      for _ in 0..<(1 + random.integer(below: 3)) { forgeText() }
      if random.happens(0.15) { forgeTensor() }
      data = file.data()
    }
    return data
  }

  // MARK: The JSON of the metadata

  private mutating func forgeText() {
    guard !file.metadata.isEmpty else { return }
    // The long texts hold the models; the others name methods and tasks.
    let weights = file.metadata.map { min($0.text.utf8.count, 20_000) + 50 }
    var place = random.integer(below: weights.reduce(0, +)), chosen = 0
    while place >= weights[chosen] {
      place -= weights[chosen]
      chosen += 1
    }
    let text = file.metadata[chosen].text
    guard let tree = JSONTree(Data(text.utf8)), !tree.children.isEmpty else {
      file.metadata[chosen].text = random.pick(["", text + "x", "null", "synthesize", "impute", "csdi", "forest-flow"])
      return
    }
    file.metadata[chosen].text = forged(tree, of: tree, depth: 0).json
  }

  /// The tree with one node changed. Going down, every child is as likely as another.
  private mutating func forged(_ tree: JSONTree, of root: JSONTree, depth: Int) -> JSONTree {
    let children = tree.children
    if !children.isEmpty, depth == 0 || random.happens(depth < 3 ? 0.93 : 0.7) {
      let index = random.integer(below: children.count)
      return tree.replacing(child: index, with: forged(children[index], of: root, depth: depth + 1))
    }
    if random.happens(0.06) {
      return random.pick([.literal("null"), .list([]), .object([]), .text(""), .literal("0")])
    }
    if random.happens(0.06) { return node(of: root) }
    switch tree {
    case .literal(let text): return .literal(literal(text))
    case .text(let text): return .text(self.text(text))
    case .list(let parts): return .list(list(parts))
    case .object(let members): return .object(object(members))
    }
  }

  /// Any node of a tree.
  private mutating func node(of tree: JSONTree) -> JSONTree {
    var node = tree
    while !node.children.isEmpty, random.happens(0.85) { node = random.pick(node.children) }
    return node
  }

  private mutating func literal(_ text: String) -> String {
    switch text {
    case "true": return "false"
    case "false": return "true"
    default: break
    }
    let number = Double(text) ?? 0
    return random.pick([
      "0", "1", "-1", "2", "3", "7", "63", "64", "1000", "65536", "-2147483649", "2147483647", "2147483648",
      "4294967296",
      "9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e15", "1e19", "1e300",
      "1.7976931348623157e308", "-1.7976931348623157e308", "5e-324", "0.5", "-0.5", "1e999", "NaN", "true",
      "\(number + 1)", "\(number - 1)", "\(-number)", "\(number * 2)", "\(number * 1e6)",
      number.magnitude < 1e15 ? "\(Int(number) + 1)" : "1", number.magnitude < 1e15 ? "\(Int(number) - 1)" : "1",
      number.magnitude < 1e9 ? "\(Int(number) * 10)" : "1",
    ])
  }

  private mutating func text(_ text: String) -> String {
    random.pick([
      "", text + text, String(text.dropLast()), text.uppercased(), "nan", "\u{0}", "é", "e\u{301}", "😀", "a,b\n\"c",
      String(repeating: "x", count: 100_000), "0", "cosine", "mlp", "column-transformer", "yyyy-MM-dd", "yyyy", "HH:mm",
    ])
  }

  private mutating func list(_ parts: [JSONTree]) -> [JSONTree] {
    guard !parts.isEmpty else { return [random.pick([.literal("0"), .text("a"), .list([]), .literal("null")])] }
    var changed = parts
    switch random.integer(below: 9) {
    case 0: return []
    case 1: changed.removeLast()
    case 2: changed.removeFirst()
    case 3: changed.append(random.pick(parts))
    case 4: changed.insert(random.pick(parts), at: 0)
    case 5: changed.reverse()
    case 6: changed.swapAt(random.integer(below: parts.count), random.integer(below: parts.count))
    case 7: return Array(repeating: parts[0], count: repeats(of: parts[0]))
    default: changed = changed.map { _ in parts[0] }
    }
    return changed
  }

  private mutating func object(_ members: [(String, JSONTree)]) -> [(String, JSONTree)] {
    guard !members.isEmpty else { return [("a", .literal("1"))] }
    var changed = members
    let index = random.integer(below: members.count)
    switch random.integer(below: 6) {
    case 0: changed.remove(at: index)
    case 1: changed[index].1 = random.pick(members).1
    case 2:
      changed[index].0 = random.pick([
        "", "0", "99", "-1", "levels", "number", "text", "identifier", "constant", "empty",
      ])
    case 3: changed.append((members[index].0, random.pick(members).1))
    case 4: return []
    default: changed = (0..<repeats(of: members[index].1)).map { ("\($0)", members[index].1) }
    }
    return changed
  }

  /// Few, many or very many, in some megabytes of text.
  private mutating func repeats(of tree: JSONTree) -> Int {
    min(random.pick([2, 1000, 100_000]), max(2, 2_000_000 / tree.json.utf8.count))
  }

  // MARK: Tensors

  private mutating func forgeTensor() {
    guard !file.tensors.isEmpty else { return }
    let place = random.integer(below: file.tensors.count)
    switch file.tensors[place].type {
    case "F32":
      forgeWords(
        place,
        [
          0x7FC0_0000, 0x7F80_0000, 0xFF80_0000, 0x7F7F_FFFF, 0x7149_F2CA, 0x4CBE_BC20, 0x0000_0001, 0, 0xBF80_0000,
        ])
    case "I32": forgeWords(place, [0xFFFF_FFFF, 0x7FFF_FFFF, 0x8000_0000, 0, 1, 2, 3, 4, 1000, 65535])
    default: forgeBytes(place)
    }
  }

  private mutating func forgeWords(_ place: Int, _ words: [UInt32]) {
    var bytes = [UInt8](file.tensors[place].bytes)
    let count = bytes.count / 4
    guard count > 0 else { return }
    let isWhole = random.happens(0.15), changes = isWhole ? count : 1 + random.integer(below: 3)
    let word = random.happens(0.15) ? random.nextWord() : random.pick(words), shift = random.happens(0.2)
    for change in 0..<changes {
      let index = isWhole ? change : random.integer(below: count)
      for byte in 0..<4 {
        bytes[4 * index + byte] = shift ? bytes[4 * index + byte] ^ 1 : UInt8(word >> (8 * byte) & 255)
      }
    }
    file.tensors[place].bytes = Data(bytes)
  }

  private mutating func forgeBytes(_ place: Int) {
    var bytes = [UInt8](file.tensors[place].bytes)
    for _ in 0..<(1 + random.integer(below: 8)) where !bytes.isEmpty {
      bytes[random.integer(below: bytes.count)] = UInt8(random.integer(below: 256))
    }
    if random.happens(0.2) { bytes.removeLast(min(bytes.count, random.integer(below: 64))) }
    file.tensors[place].bytes = Data(bytes)
    file.tensors[place].shape = ["\(bytes.count)"]
  }

  /// Names, types, shapes and places that do not fit together.
  private mutating func forgeLayout() {
    guard !file.tensors.isEmpty else { return }
    let place = random.integer(below: file.tensors.count)
    switch random.integer(below: 9) {
    case 0: file.tensors.remove(at: place)
    case 1: file.tensors[place].name += "x"
    case 2: file.tensors[place].type = random.pick(["F64", "I64", "U8", "BF16", "I32", "F32", "C64", ""])
    case 3: file.tensors[place].shape.reverse()
    case 4: file.tensors[place].shape.append(random.pick(["1", "0", "-1", "4294967296", "18446744073709551615"]))
    case 5:
      file.tensors[place].shape = file.tensors[place].shape.map { _ in random.pick(["0", "1", "9223372036854775807"]) }
    case 6:
      file.tensors[place].offsets = (
        random.pick(["0", "-1", "8"]), random.pick(["0", "8", "9223372036854775807", "1e300"])
      )
    case 7: file.tensors[place].bytes.removeLast(min(4, file.tensors[place].bytes.count))
    default: file.tensors.append(file.tensors[place])
    }
  }

  /// Bytes changed, without regard to checksums.
  private mutating func damage(_ data: inout Data) {
    switch random.integer(below: 4) {
    case 0: data = data.prefix(random.integer(below: data.count))
    case 1: for byte in 0..<8 { data[byte] = UInt8(random.integer(below: 256)) }
    case 2: data.append(contentsOf: [1, 2, 3])
    default:
      for _ in 0..<4 { data[random.integer(below: min(data.count, 4096))] = UInt8(random.integer(below: 256)) }
    }
  }
}
