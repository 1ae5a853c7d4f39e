# Reference values for the tests of panel models: dummies, sandwich, plm, and the wild cluster bootstrap by refitting.
# Run in this folder: Rscript panel.R
# Reads panel_cases.json, writes panel_r.json. Debian: r-base-core r-cran-sandwich r-cran-plm r-cran-jsonlite.
suppressPackageStartupMessages({library(sandwich); library(plm)})

data <- as.data.frame(jsonlite::fromJSON("panel_cases.json"))
data$unit <- factor(data$unit)
data$period <- factor(data$year)

# cadjust: G / (G - 1). HC1 adds (n - 1) / (n - k), k counting the units' dummies too; pyfixest does not count them.
with_error <- function(fit, name, type = "HC0") {
  covariance <- vcovCL(fit, cluster = data$unit, type = type, cadjust = TRUE)
  list(effect = coef(fit)[[name]], error = sqrt(covariance[name, name]))
}
two_way <- function(weights) {
  fit <- lm(y ~ x + z + unit + period, data, weights = weights)
  list(x = with_error(fit, "x"), z = with_error(fit, "z"))
}

# Within and between: unit means of everything, and deviations from them.
between <- data
for (name in c("x", "z")) {
  between[[paste0(name, "_mean")]] <- ave(data[[name]], data$unit)
  between[[paste0(name, "_apart")]] <- data[[name]] - between[[paste0(name, "_mean")]]
}
periods <- model.matrix(~ period, data)[, -1]
means <- apply(periods, 2, function(one) ave(one, data$unit))
together <- cbind(periods - means, means)
pivot <- qr(cbind(1, as.matrix(between[c("x_apart", "x_mean", "z_apart", "z_mean")]), together))
kept <- setdiff(pivot$pivot[seq_len(pivot$rank)], 1:5) - 5
mundlak <- lm(y ~ x_apart + x_mean + z_apart + z_mean + together[, kept], between)
covariance <- vcovCL(mundlak, cluster = data$unit, type = "HC1", cadjust = TRUE)
difference <- c(x_apart = -1, x_mean = 1)
within_between <- list(
  within = with_error(mundlak, "x_apart", "HC1"), between = with_error(mundlak, "x_mean", "HC1"),
  difference = list(effect = sum(difference * coef(mundlak)[names(difference)]),
                    error = sqrt(drop(difference %*% covariance[names(difference), names(difference)] %*% difference))))

logit <- glm(cbind(events, trials - events) ~ x + z + unit + period, binomial, data,
             control = list(epsilon = 1e-14, maxit = 100))
pearson <- sum(residuals(logit, "pearson")^2) / df.residual(logit)

# The bootstrap by its definition: every vector of signs, the null imposed, each sample fitted again with its own error.
t_of <- function(outcome, null, weights) {
  fit <- lm(outcome ~ x + unit + period, data, weights = weights)
  variance <- vcovCL(fit, cluster = data$unit, type = "HC0", cadjust = TRUE)["x", "x"]
  (coef(fit)[["x"]] - null) / sqrt(variance)
}
bootstrap <- function(null, weights) {
  data$left <- data$y - null * data$x
  restricted <- lm(left ~ unit + period, data, weights = weights)
  signs <- as.matrix(expand.grid(rep(list(c(-1, 1)), nlevels(data$unit))))
  drawn <- apply(signs, 1, function(one)
    t_of(null * data$x + fitted(restricted) + resid(restricted) * one[as.integer(data$unit)], null, weights))
  observed <- t_of(data$y, null, weights)
  list(p = mean(abs(drawn) >= abs(observed) * (1 - 1e-9)), smallest = min(drawn), largest = max(drawn))
}
ones <- rep(1, nrow(data))

without <- sapply(levels(data$unit), function(one)
  coef(lm(y ~ x + unit + period, droplevels(data[data$unit != one, ])))[["x"]])
versions <- sapply(c("sandwich", "plm"), function(one) as.character(packageVersion(one)))
output <- list(
  made_with = c(list(R = R.version.string), as.list(versions)),
  input_md5 = unname(tools::md5sum("panel_cases.json")),
  two_way = list(plain = two_way(ones), weighted = two_way(data$w)),
  plm = as.list(coef(plm(y ~ x + z, data, index = c("unit", "year"), effect = "twoways", model = "within"))),
  within_between = within_between,
  binomial = list(x = with_error(logit, "x"), dispersion = pearson),
  bootstrap = list(plain = bootstrap(0, ones), elsewhere = bootstrap(1, ones), weighted = bootstrap(0, data$w)),
  without = as.list(without)
)
writeLines(jsonlite::toJSON(output, auto_unbox = TRUE, digits = NA, pretty = 1, na = "null"), "panel_r.json")
