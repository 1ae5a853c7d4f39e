# Reference fits for tests/statistics/test_ordinal_r.py. Run in this folder: Rscript ordinal.R
# Reads ordinal_cases.json, writes ordinal_clm.json. Debian: r-base-core r-cran-ordinal r-cran-sandwich
# r-cran-numderiv r-cran-jsonlite.
suppressPackageStartupMessages(library(ordinal))

# sandwich has no scores for nominal effects: they come from numerical derivatives of each answer's log-likelihood.
# sandwich::vcovCL's factor, G / (G - 1), is applied to them too.
nominal_sandwich <- function(fit, long, common, nominal, cluster) {
  answer <- as.integer(long$answer)
  thresholds <- nlevels(long$answer) - 1
  at_threshold <- cbind(1, -as.matrix(long[nominal]))
  at_all <- as.matrix(long[common])
  each_loglik <- function(parameters) {
    own <- matrix(parameters[seq_len(thresholds * ncol(at_threshold))], nrow = thresholds)
    shared <- parameters[-seq_len(thresholds * ncol(at_threshold))]
    eta <- at_threshold %*% t(own) - as.vector(at_all %*% shared)
    below <- cbind(0, plogis(eta), 1)
    rows <- seq_along(answer)
    long$weight * log(below[cbind(rows, answer + 1)] - below[cbind(rows, answer)])
  }
  scores <- rowsum(numDeriv::jacobian(each_loglik, coef(fit)), cluster)
  groups <- nrow(scores)
  vcov(fit) %*% crossprod(scores) %*% vcov(fit) * groups / (groups - 1)
}

fit_case <- function(case) {
  counts <- do.call(rbind, lapply(case$counts, unlist))
  design <- as.data.frame(lapply(case$design, unlist), check.names = FALSE)
  terms <- names(design)
  nominal <- unlist(case$nominal)
  cell <- which(counts > 0, arr.ind = TRUE)
  # By row, then category: a clustered fit reads the clusters in this order too.
  cell <- cell[order(cell[, 1], cell[, 2]), , drop = FALSE]
  long <- design[cell[, 1], , drop = FALSE]
  long$answer <- factor(cell[, 2], levels = seq_len(ncol(counts)), ordered = TRUE)
  long$weight <- counts[cell]
  common <- setdiff(terms, nominal)
  location <- reformulate(if (length(common)) common else "1", response = "answer")
  # Built with do.call so that nominal_test and vcovCL find everything again; no control =: nominal_test sets its own.
  arguments <- list(formula = location, data = long, weights = long$weight, link = case$link,
                    gradTol = 1e-9, relTol = 1e-9, maxIter = 200L, sign.nominal = "negative")
  if (length(nominal)) arguments$nominal <- reformulate(nominal)
  fit <- do.call(clm, arguments)
  result <- list(
    names = names(coef(fit)), estimates = unname(coef(fit)), loglik = as.numeric(logLik(fit)), aic = AIC(fit),
    std_errors = unname(sqrt(diag(vcov(fit)))), convergence = fit$convergence$code
  )
  if (length(common) && length(fit$y.levels) > 2) {
    test <- nominal_test(fit)
    test <- test[rownames(test) != "<none>", , drop = FALSE]
    result$nominal_test <- list(term = rownames(test), df = test$Df, loglik = test$logLik, lr = test$LRT,
                                p = test$`Pr(>Chi)`)
  }
  if (!is.null(case$clusters)) {
    cluster <- unlist(case$clusters)[cell[, 1]]
    robust <- if (length(nominal)) nominal_sandwich(fit, long, common, nominal, cluster) else
      sandwich::vcovCL(fit, cluster = cluster)
    result$robust_errors <- unname(sqrt(diag(robust)))
  }
  result
}

cases <- jsonlite::read_json("ordinal_cases.json")
fits <- lapply(cases, fit_case)
names(fits) <- vapply(cases, function(case) paste(case$group, case$name, sep = ": "), "")
output <- list(
  made_with = list(R = R.version.string, ordinal = as.character(packageVersion("ordinal")),
                   sandwich = as.character(packageVersion("sandwich")),
                   numDeriv = as.character(packageVersion("numDeriv"))),
  input_md5 = unname(tools::md5sum("ordinal_cases.json")),
  fits = fits
)
writeLines(jsonlite::toJSON(output, auto_unbox = TRUE, digits = NA, pretty = 1, na = "null"), "ordinal_clm.json")
