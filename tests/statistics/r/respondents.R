# Reference values for the tests of reliability, polychoric correlations, relative importance and clustered shares.
# Run in this folder: Rscript respondents.R
# Reads respondents_cases.json, writes respondents_r.json. Debian: r-base-core r-cran-psych r-cran-polycor
# r-cran-lavaan r-cran-survey r-cran-jsonlite.
suppressPackageStartupMessages({library(psych); library(polycor); library(lavaan); library(survey)})

case <- jsonlite::fromJSON("respondents_cases.json")
items <- as.data.frame(case$items)
names(items) <- paste0("item", seq_along(items))

# psych fits the factor; omega is the formula, in the unit of the scores and of their standardised values.
omega_of <- function(loadings, variances) {
  common <- sum(sqrt(variances) * loadings)^2
  common / (common + sum(variances * (1 - loadings^2)))
}

reliability_of <- function(data) {
  total <- suppressWarnings(alpha(data))
  loadings <- as.vector(fa(cor(data), nfactors = 1, fm = "minres", n.obs = nrow(data))$loadings)
  list(alpha = total$total$raw_alpha, feldt = unname(unlist(total$feldt[c("lower.ci", "upper.ci")])),
       omega = omega_of(loadings, sapply(data, var)), standardised_omega = omega_of(loadings, rep(1, ncol(data))),
       psych_omega = suppressWarnings(suppressMessages(omega(data, nfactors = 1, plot = FALSE)))$omega.tot)
}

polychoric_of <- function(first, second) {
  counts <- table(first, second)
  ordered_pair <- data.frame(a = ordered(first), b = ordered(second))
  both <- polychor(counts, ML = TRUE, std.err = TRUE)
  fit <- lavCor(ordered_pair, ordered = c("a", "b"), output = "fit", se = "robust.sem")
  estimates <- parameterEstimates(fit)
  list(two_step = polychor(counts, ML = FALSE), full_likelihood = both$rho,
       full_error = sqrt(both$var[1, 1]),
       psych = suppressWarnings(suppressMessages(psych::polychoric(data.frame(first, second), correct = 0)))$rho[1, 2],
       lavaan = estimates$est[estimates$lhs == "a" & estimates$rhs == "b"],
       lavaan_error = estimates$se[estimates$lhs == "a" & estimates$rhs == "b"])
}

# What each predictor adds to R squared, averaged over all orders of entry: the definition, with a model for each step.
orders <- function(left) {
  if (length(left) == 1) return(list(left))
  unlist(lapply(left, function(one) lapply(orders(setdiff(left, one)), function(rest) c(one, rest))), recursive = FALSE)
}
lmg_of <- function(predictors) {
  data <- cbind(items, outcome = case$outcome)
  r_squared <- function(used) if (length(used)) summary(lm(reformulate(used, "outcome"), data))$r.squared else 0
  known <- new.env()
  stored <- function(used) {
    key <- paste(c("none", sort(used)), collapse = " ")
    if (is.null(known[[key]])) known[[key]] <- r_squared(used)
    known[[key]]
  }
  every <- orders(predictors)
  added <- sapply(every, function(order) {
    steps <- diff(sapply(0:length(order), function(many) stored(order[seq_len(many)])))
    steps[match(predictors, order)]
  })
  rowMeans(added)
}

share_of <- function(weights) {
  data <- data.frame(agrees = as.numeric(items$item3 >= 4), team = case$teams, weight = weights[case$teams + 1])
  design <- svydesign(ids = ~team, weights = ~weight, data = data)
  found <- svymean(~agrees, design)
  beta <- svyciprop(~agrees, design, method = "beta")
  n <- nrow(data)
  effective <- coef(found)[[1]] * (1 - coef(found)[[1]]) / vcov(found)[1, 1] *
    (qt(0.975, n - 1) / qt(0.975, degf(design)))^2
  wilson <- suppressWarnings(prop.test(coef(found)[[1]] * effective, effective, correct = FALSE))$conf.int
  list(share = coef(found)[[1]], error = SE(found)[[1]], effective = effective, wilson = as.vector(wilson),
       beta = as.vector(attr(beta, "ci")), degrees = degf(design))
}

counts <- as.table(case$model)
dimnames(counts) <- lapply(dim(counts), seq_len)
cells <- as.data.frame(counts)
model <- lapply(cells[rep(seq_len(nrow(cells)), cells$Freq), 1:2], as.integer)
versions <- sapply(c("psych", "polycor", "lavaan", "survey"), function(one) as.character(packageVersion(one)))
output <- list(
  made_with = c(list(R = R.version.string), as.list(versions)),
  input_md5 = unname(tools::md5sum("respondents_cases.json")),
  attitude = as.matrix(attitude),
  reliability = list(items = reliability_of(items), three = reliability_of(items[1:3]),
                     attitude = reliability_of(attitude)),
  polychoric = list("0 1" = polychoric_of(items[[1]], items[[2]]), "2 4" = polychoric_of(items[[3]], items[[5]]),
                    "3 5" = polychoric_of(items[[4]], items[[6]]), model = polychoric_of(model$Var1, model$Var2)),
  lmg = list(six = lmg_of(names(items)), two = lmg_of(names(items)[1:2])),
  shares = list(plain = share_of(rep(1, 16)), weighted = share_of(case$weights))
)
writeLines(jsonlite::toJSON(output, auto_unbox = TRUE, digits = NA, pretty = 1, na = "null"), "respondents_r.json")
