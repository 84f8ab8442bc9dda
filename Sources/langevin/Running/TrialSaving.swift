/// Keeps the trials of a search in its file. One that cannot be saved does not end the search: the next one takes it along.
final class TrialSaving {
  private let place: OutputPlace
  private let console: Console
  /// Whether the file holds trials of this run.
  private(set) var hasSaved = false
  /// Why the last trial could not be saved; nil where it was.
  private(set) var trouble: String?

  init(place: OutputPlace, console: Console) {
    self.place = place
    self.console = console
  }

  /// Saves all trials so far.
  ///
  /// - Parameter isLast: whether no other follows, so that a failure is an error.
  func save(_ json: String, isLast: Bool) throws {
    do {
      try place.write(json)
      hasSaved = true
      trouble = nil
    } catch {
      guard !isLast else { throw error }
      let reason = Failure(error).message
      if trouble == nil {
        console.say(
          "warning: the trials cannot be saved: \(reason); the search goes on, and it is tried again after each")
      }
      trouble = reason
    }
  }
}
