import NeuralNetworks

/// The registrations of the networks that come with the core.
public enum StandardDenoisers {
  /// All of them.
  public static var all: [Registration<any TrainableDenoiser>] { [residualMLP, mlp, columnTransformer] }

  private static func shape(width: Int) -> [OptionDescription] {
    [
      OptionDescription("width", .integer(8...4096), default: .integer(width), help: "The width of the network."),
      OptionDescription("blocks", .integer(1...16), default: .integer(2), help: "The blocks or layers of the network."),
      OptionDescription(
        "dropout", .number(0...0.9), default: .number(0.1), help: "The share of inner values dropped in training."),
    ]
  }

  private static var residualMLP: Registration<any TrainableDenoiser> {
    Registration(
      ComponentDescriptor(
        id: "residual-mlp", summary: "Pre-norm residual blocks over the whole row.",
        citation: "Gorishniy et al., NeurIPS 2021, section 3", options: shape(width: 256))
    ) { values in
      ResidualMLPDenoiser(
        width: values.integer("width"), blocks: values.integer("blocks"), dropout: Float(values.number("dropout")))
    }
  }

  private static var mlp: Registration<any TrainableDenoiser> {
    Registration(
      ComponentDescriptor(
        id: "mlp", summary: "Plain layers over the whole row.",
        citation: "Gorishniy et al., NeurIPS 2021, section 3",
        options: shape(width: 256) + [
          OptionDescription(
            "activation", .choice(Activation.allCases.map { "\($0)" }), default: .text("silu"),
            help: "What each layer ends with."),
          OptionDescription(
            "norm", .flag, default: .flag(true), help: "Whether the features are normalised before they are read."),
        ])
    ) { values in
      MLPDenoiser(
        width: values.integer("width"), blocks: values.integer("blocks"), dropout: Float(values.number("dropout")),
        activation: Activation.allCases.first { "\($0)" == values.text("activation") } ?? .silu,
        wantsNorm: values.flag("norm"))
    }
  }

  private static var columnTransformer: Registration<any TrainableDenoiser> {
    Registration(
      ComponentDescriptor(
        id: "column-transformer", summary: "Attention between the cells of a row; slower.",
        citation: "Gorishniy et al., NeurIPS 2021, section 3",
        options: shape(width: 64) + [
          OptionDescription(
            "heads", .integer(1...256), automatic: "One for 16 columns of the width.",
            help: "The heads of attention; they must divide the width."),
          OptionDescription(
            "expansion", .integer(1...16), default: .integer(4),
            help: "How much wider than the network the layers between attentions are."),
        ])
    ) { values in
      let width = values.integer("width")
      let heads = values.isAutomatic("heads") ? nil : values.integer("heads")
      if let heads, width % heads != 0 {
        throw OptionError.outOfRange(
          option: "heads", value: "\(heads)", expected: "a divisor of the width, which is \(width)")
      }
      return ColumnTransformerDenoiser(
        width: width, blocks: values.integer("blocks"), dropout: Float(values.number("dropout")), heads: heads,
        expansion: values.integer("expansion"))
    }
  }
}
