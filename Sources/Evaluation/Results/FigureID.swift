/// The names of all figures, as the JSON output spells them.
public enum FigureID: String, Sendable, Codable, CaseIterable, CodingKeyRepresentable {
  // Fidelity.
  case shapeError = "shape_error"
  case trendError = "trend_error"
  case trendErrorThresholded = "trend_error_thresholded"
  case trendErrorSharedBins = "trend_error_shared_bins"
  case detectionLogistic = "detection_logistic"
  case detectionTrees = "detection_trees"
  case alphaPrecision = "alpha_precision"
  case betaRecall = "beta_recall"
  case missingRateError = "missing_rate_error"
  case categoryCoverage = "category_coverage"
  case rangeViolations = "range_violations"
  case typeViolations = "type_violations"
  case dependenciesKept = "dependencies_kept"
  // Utility, of gradient boosting: AUC for classes, R² for numbers.
  case utilitySynthetic = "utility_synthetic"
  case utilityReal = "utility_real"
  case modelRanking = "model_ranking"
  case featureRanking = "feature_ranking"
  // Privacy.
  case copies
  case distanceShare = "distance_share"
  case neighbourRatio = "neighbour_ratio"
  case neighbourRatioBelowThird = "neighbour_ratio_below_third"
  case membershipAUC = "membership_auc"
  case singlingOutUnivariate = "singling_out_univariate"
  case singlingOutMultivariate = "singling_out_multivariate"
  case linkability
  case inference
}
