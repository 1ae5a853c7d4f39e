# Reference fits for tests/surveys/test_joint_models.py and test_associations.py. Run in this folder: Rscript joint_models.R
# Reads joint_answers.csv (simulated), writes joint_models.json. Debian: r-base-core r-cran-ordinal r-cran-sandwich
# r-cran-polycor r-cran-jsonlite.
suppressPackageStartupMessages({library(ordinal); library(sandwich)})

answers <- read.csv("joint_answers.csv")
# 1 strongly agree ... 5 strongly disagree, 6 don't know, empty: no answer.
codes <- as.matrix(answers[grep("^[so][0-9]", names(answers))])
codes[codes == 6] <- NA
values <- (5 - codes) / 4
values[, "s3"] <- 1 - values[, "s3"]
score <- function(items) {
  held <- values[, items]
  ifelse(rowMeans(!is.na(held)) >= 0.5, 100 * rowMeans(held, na.rm = TRUE), NA)
}
people <- data.frame(support = score(c("s1", "s2", "s3")) / 10, workload = score(c("s4", "s5", "s6")) / 10,
                     manager = as.numeric(answers$role == "manager"),
                     other = as.numeric(answers$role %in% c("agency", "student")), team = answers$team)

fit_one <- function(outcome, domains) {
  terms <- c(domains, "manager", "other")
  data <- people
  data$answer <- 6 - codes[, outcome]
  data <- data[complete.cases(data[c("answer", domains)]), ]
  formula <- reformulate(terms, "factor(answer, ordered = TRUE)")
  fit <- do.call(clm, list(formula = formula, data = data, gradTol = 1e-9, relTol = 1e-9, maxIter = 200L))
  robust <- vcovCL(fit, cluster = data$team)
  # As in pipeline/statistics/ordinal/robust.py: cuts with 10 people a term on either side.
  cuts <- Filter(function(cut) min(table(factor(data$answer > cut, c(FALSE, TRUE)))) >= 10 * length(terms), 1:4)
  free <- length(cuts) - 1
  halves <- lapply(cuts, function(cut) {
    data$above <- as.numeric(data$answer > cut)
    do.call(glm, list(formula = reformulate(terms, "above"), data = data, family = binomial,
                      control = list(epsilon = 1e-12, maxit = 100)))
  })
  influence <- do.call(cbind, lapply(halves, function(half) (estfun(half) %*% vcov(half))[, domains, drop = FALSE]))
  sums <- rowsum(influence, data$team)
  teams <- nrow(sums)
  joint <- crossprod(sums) * teams / (teams - 1)
  effects <- sapply(halves, function(half) coef(half)[domains])
  effects <- matrix(effects, nrow = length(domains))
  brant <- sapply(seq_along(domains), function(k) {
    at <- k + length(domains) * (seq_along(cuts) - 1)
    contrasts <- diff(diag(length(cuts)))
    apart <- contrasts %*% effects[k, ]
    squares <- t(apart) %*% solve(contrasts %*% joint[at, at] %*% t(contrasts)) %*% apart
    pf(squares * (teams - free) / (free * (teams - 1)), free, teams - free, lower.tail = FALSE)
  })
  error <- sqrt(diag(robust))[domains]
  list(outcome = outcome, domains = I(domains), respondents = nrow(data), effects = I(unname(coef(fit)[domains])),
       plain_errors = I(unname(sqrt(diag(vcov(fit)))[domains])), errors = I(unname(error)), teams = teams,
       p = I(unname(2 * pt(-abs(coef(fit)[domains] / error), teams - 1))), brant = I(brant))
}

fits <- list()
for (outcome in c("o1", "o2")) for (domains in list("support", "workload", c("support", "workload")))
  fits[[length(fits) + 1]] <- fit_one(outcome, domains)
polychoric <- polycor::polychor(6 - codes[, "s1"], 6 - codes[, "o1"])
means <- lapply(list(support = people$support, workload = people$workload), function(x) {
  model <- lm(x * 10 ~ 1)
  team <- people$team[!is.na(x)]
  c(coef(model), sqrt(vcovCL(model, cluster = team, type = "HC0")))
})
writeLines(jsonlite::toJSON(list(input_md5 = unname(tools::md5sum("joint_answers.csv")), fits = fits,
                                 polychoric_s1_o1 = polychoric, means = means), auto_unbox = TRUE, digits = 14,
                            pretty = TRUE), "joint_models.json")
