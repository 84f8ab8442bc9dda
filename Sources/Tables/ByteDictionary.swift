#if canImport(Glibc)
  import Glibc
#elseif canImport(Musl)
  import Musl
#else
  import Darwin
#endif

/// The distinct texts of a column, numbered in order of first appearance: open addressing over bytes, so that a cell
/// costs a hash and a comparison and never a String. Freed by `deallocate()`; copies share the memory.
struct ByteDictionary {
  struct Entry {
    var offset: Int
    var length: UInt32
    /// The line of the first occurrence.
    var line: UInt32
    var count: UInt32
    /// Line breaks inside the text, so that lines are counted right without another look at it.
    var lineBreaks: UInt32
  }

  private struct Slot {
    var tag: UInt32
    /// The entry's number plus 1; 0 is free.
    var code: UInt32
  }

  private(set) var count = 0
  private(set) var entries: UnsafeMutablePointer<Entry>
  private var entryCapacity = 16
  private var slots: UnsafeMutablePointer<Slot>
  private var slotMask = 31
  private var arena: UnsafeMutablePointer<UInt8>
  private var arenaCount = 0
  private var arenaCapacity = 256

  init() {
    entries = malloc(entryCapacity * MemoryLayout<Entry>.stride).assumingMemoryBound(to: Entry.self)
    slots = .allocate(capacity: slotMask + 1)
    slots.initialize(repeating: Slot(tag: 0, code: 0), count: slotMask + 1)
    arena = malloc(arenaCapacity).assumingMemoryBound(to: UInt8.self)
  }

  func deallocate() {
    free(entries)
    slots.deallocate()
    free(arena)
  }

  /// The bytes that it takes, and those of its texts as Strings: 16 in an array, and an allocation of 32 and the text.
  var memory: (now: Int, decoded: Int) {
    let now =
      entryCapacity * MemoryLayout<Entry>.stride + (slotMask + 1) * MemoryLayout<Slot>.stride + arenaCapacity
    return (now, count * 48 + arenaCount)
  }

  subscript(_ code: Int) -> UnsafeBufferPointer<UInt8> {
    UnsafeBufferPointer(start: arena + entries[code].offset, count: Int(entries[code].length))
  }

  /// The text's number; counts the occurrence. A new text is entered, and `isNew` says so.
  @inline(__always)
  mutating func code(_ bytes: UnsafePointer<UInt8>, _ length: Int, line: Int) -> (code: Int, isNew: Bool) {
    let hash = ByteDictionary.hash(bytes, length)
    let tag = UInt32(truncatingIfNeeded: hash >> 32)
    var position = Int(truncatingIfNeeded: hash) & slotMask
    while true {
      let slot = slots[position]
      if slot.code == 0 { break }
      if slot.tag == tag {
        let code = Int(slot.code) - 1
        let entry = entries + code
        if Int(entry.pointee.length) == length, ByteDictionary.areEqual(arena + entry.pointee.offset, bytes, length) {
          entry.pointee.count &+= 1
          return (code, false)
        }
      }
      position = (position &+ 1) & slotMask
    }
    return (insert(bytes, length, tag: tag, at: position, line: line), true)
  }

  @inline(never)
  private mutating func insert(
    _ bytes: UnsafePointer<UInt8>, _ length: Int, tag: UInt32, at position: Int, line: Int
  ) -> Int {
    if arenaCount + length > arenaCapacity {
      arenaCapacity = max(arenaCapacity * 2, arenaCount + length)
      arena = realloc(arena, arenaCapacity).assumingMemoryBound(to: UInt8.self)
    }
    if count == entryCapacity {
      entryCapacity *= 2
      entries = realloc(entries, entryCapacity * MemoryLayout<Entry>.stride).assumingMemoryBound(to: Entry.self)
    }
    memcpy(arena + arenaCount, bytes, length)
    let text = UnsafeBufferPointer(start: bytes, count: length)
    entries[count] = Entry(
      offset: arenaCount, length: UInt32(length), line: UInt32(truncatingIfNeeded: line), count: 1,
      lineBreaks: UInt32(TextCheck.lineBreaks(text)))
    arenaCount += length
    slots[position] = Slot(tag: tag, code: UInt32(count + 1))
    count += 1
    if count * 3 > (slotMask + 1) * 2 { growSlots() }
    return count - 1
  }

  private mutating func growSlots() {
    let old = UnsafeMutableBufferPointer(start: slots, count: slotMask + 1)
    slotMask = slotMask * 2 + 1
    slots = .allocate(capacity: slotMask + 1)
    slots.initialize(repeating: Slot(tag: 0, code: 0), count: slotMask + 1)
    for slot in old where slot.code != 0 {
      let entry = entries[Int(slot.code) - 1]
      var position = Int(truncatingIfNeeded: ByteDictionary.hash(arena + entry.offset, Int(entry.length))) & slotMask
      while slots[position].code != 0 { position = (position + 1) & slotMask }
      slots[position] = slot
    }
    old.deallocate()
  }

  // Most fields have a few bytes: two loads that overlap are cheaper than a call of memcmp.
  @inline(__always)
  private static func areEqual(_ a: UnsafePointer<UInt8>, _ b: UnsafePointer<UInt8>, _ length: Int) -> Bool {
    let (first, second) = (UnsafeRawPointer(a), UnsafeRawPointer(b))
    if length >= 8 {
      if length > 16 { return memcmp(a, b, length) == 0 }
      return first.loadUnaligned(as: UInt64.self) == second.loadUnaligned(as: UInt64.self)
        && first.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
          == second.loadUnaligned(fromByteOffset: length &- 8, as: UInt64.self)
    }
    if length >= 4 {
      return first.loadUnaligned(as: UInt32.self) == second.loadUnaligned(as: UInt32.self)
        && first.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self)
          == second.loadUnaligned(fromByteOffset: length &- 4, as: UInt32.self)
    }
    if length == 0 { return true }
    return a[0] == b[0] && a[length >> 1] == b[length >> 1] && a[length &- 1] == b[length &- 1]
  }

  // Multiply and fold, eight bytes at a time (the idea of wyhash); the last words overlap instead of being padded.
  @inline(__always)
  private static func hash(_ bytes: UnsafePointer<UInt8>, _ length: Int) -> UInt64 {
    let raw = UnsafeRawPointer(bytes)
    var a: UInt64
    var b: UInt64
    var state: UInt64 = 0x9e37_79b9_7f4a_7c15 ^ UInt64(truncatingIfNeeded: length)
    if length >= 8 {
      var position = 0
      while position + 16 < length {
        state = mix(
          raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) ^ state,
          raw.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self) ^ 0xe703_7ed1_a0b4_28db)
        position &+= 16
      }
      a = raw.loadUnaligned(fromByteOffset: min(position, length - 8), as: UInt64.self)
      b = raw.loadUnaligned(fromByteOffset: length - 8, as: UInt64.self)
    } else if length >= 4 {
      a = UInt64(raw.loadUnaligned(as: UInt32.self))
      b = UInt64(raw.loadUnaligned(fromByteOffset: length - 4, as: UInt32.self))
    } else if length > 0 {
      a = UInt64(bytes[0]) | UInt64(bytes[length >> 1]) << 8
      b = UInt64(bytes[length - 1])
    } else {
      a = 0
      b = 0
    }
    return mix(a ^ state, b ^ 0x8ebc_6af0_9c88_c6e3)
  }

  @inline(__always)
  private static func mix(_ a: UInt64, _ b: UInt64) -> UInt64 {
    let product = a.multipliedFullWidth(by: b)
    return product.high ^ product.low
  }
}
