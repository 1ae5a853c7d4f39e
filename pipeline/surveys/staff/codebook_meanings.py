"""What every key of survey.yaml means, for its reference page and for editors: by block of the file, then by key.

A test holds this to the schema in `codebook.py`: each key has a meaning, and each meaning a key.
"""

SURVEY = "the survey"  # the block of the keys at the margin

EDITS = {
    "do": "`set` puts a value at a place, `add` an entry into a list (or its answers to the one of its name), `remove` takes it out",
    "at": "the place: keys from the top, an entry of a list by its id, column or reason",
    "to": "what is put there",
}

MEANINGS: dict[str, dict[str, str]] = {
    SURVEY: {
        "name": "the survey's name: that of its folder under `data/raw/surveys`, in small letters, digits and hyphens",
        "title": "what stands above the report",
        "kind": "`responses`: one row a person; `counts` or `percentages`: a ready table, one row a statement",
        "simulated": "whether the answers are made up; the report then says so everywhere",
        "organisation": "whose staff was asked, as the report names it",
        "invited": "how many people were asked; only with it is there a response rate",
        "fieldwork": "when people answered",
        "file": "the export, and how to read it where the file does not tell",
        "scales": "the answers that items share",
        "missing": "what the file writes where somebody gave no answer, by reason; a blank cell needs no entry",
        "domains": "the subjects that items belong to",
        "items": "the statements",
        "groups": "the columns to report by; each further one makes disclosure control hide more small counts",
        "cluster": "the column of the team or office: people of one team answer alike, and without it intervals are too narrow",
        "weight": "the column of weights, numbers of 0 or more",
        "without_weight": "what becomes of a row whose weight is blank: `refuse` stops and names the line, `leave_out` leaves the row "
        "out, `one` counts it as one person",
        "respondent": "the column that tells respondents apart, to find questionnaires that were sent twice; it is shown nowhere",
        "duplicates": "which row counts of a respondent who stands more than once; `refuse` stops and names the line",
        "not_counted": "rows that are nobody's answers, such as previews and tests",
        "left_out": "columns that are not used; every column has to be used or stand here",
        "table": "where a ready table has its parts",
        "benchmark": "the published survey to compare with",
        "disclosure": "how respondents are protected",
        "models": "from how many respondents on models are fitted, and how",
        "decide": "questions that are open, with the answers that fit, the likely one first; `golden-thread survey decide` asks them, "
        "and there is no report while one stands here",
        "decided": "what was decided, by the question: a note that changes nothing",
    },
    "fieldwork": {"start": "the first month in which people answered, as 2026-03", "end": "the last month"},
    "file": {
        "name": "the file's name in the survey's folder",
        "header": "the layout of the header, where the guess is wrong: `one` row; `qualtrics`, names above questions (and "
        "ImportIds); `surveymonkey`, questions above options. What is stated here wins over the guess",
        "sheet": "the sheet of a workbook with several",
        "encoding": "of a text file: `utf-8`, `utf-16`, `cp1252` or `mac-roman`; of SPSS and Stata, all but the second",
        "delimiter": "of a text file: a comma, a semicolon, a tab or a bar",
    },
    "scales": {
        "id": "the scale's name in this file, small letters, digits and underscores",
        "kind": "what the answers are degrees of; only `agreement` is compared with a published survey's agreement. Where it is left "
        "out, their labels tell",
        "missing": "what on this scale means no answer, by reason: a 9 that is a point of another scale",
        "categories": 'the answers, from the strongest agreement on, then "don\'t know" if there is one',
    },
    "scales, categories": {
        "id": "the answer's name, once in a scale",
        "label": "what the report calls it",
        "role": "the side it counts for; the shares of agreement and disagreement are sums over these",
        "answers": "other ways in which the file writes it, numbers included",
    },
    "scales, missing": {"reason": "why there is no answer", "answers": "the texts of the file that say so"},
    "missing": {"reason": "why there is no answer", "answers": "the texts of the file that say so"},
    "domains": {"id": "the subject's name in this file", "label": "what the report calls it"},
    "items": {
        "id": "the statement's name: small letters, digits and hyphens",
        "column": "the column's heading; of a ready table the text in the column of the statements",
        "also": "further columns with the same question, put to others on another route; nobody may have answered two of them",
        "asked_if": 'who was asked, where that was not everybody: a blank of the others is "not asked", and nobody stopped there',
        "wording": "the statement as people read it",
        "label": "a short form of it for tables and charts",
        "domain": "the subject, one of `domains`",
        "measures": "whether it is about support for staff or about outcomes; the two are held against one another",
        "scale": "the scale of its answers, one of `scales`",
        "reversed": "whether agreeing speaks against support or outcomes",
        "turned": "whether the file stores its answers the other way round than the scale says, the last point for the first",
        "matches": "the statement of the published survey that asks the same, confirmed by a person",
        "may_match": "one that a draft found near; not compared until the key is called `matches`",
    },
    "items, asked_if": {"column": "the column that tells who was asked", "answers": "its texts of those who were"},
    "groups": {
        "id": "the grouping's name in this file",
        "column": "the column's heading",
        "label": "what the report calls it",
        "levels": "what the report calls a group, by the file's text; texts with the same name become one group",
    },
    "not_counted": {"column": "the column that tells them", "answers": "its texts of rows that do not count"},
    "left_out": {
        "column": "the column's heading",
        "why": "the reason; identifiers, contacts and free text never leave `data/raw`",
    },
    "table": {
        "statement": "the column of the statements",
        "base": "the column with the number of people behind each row; percentages need it",
        "group": "the column of the groups, where there are rows for each",
        "everybody": "the texts in it that mark the rows of everybody",
        "decimals": "decimals of the percentages",
        "rounding": "how they were rounded",
    },
    "benchmark": {"survey": "its folder under `data/raw/surveys`", "group": "which of its groups to compare with"},
    "disclosure": {
        "minimum_group": "people: no row of fewer answers is shown, and smaller groups are joined",
        "minimum_cell": "people: no count from 1 to one less is shown",
        "zeros_are_disclosive": "whether a count of 0 is suppressed too",
        "round_to": "round every number of people to the nearest multiple of 5 or 10",
    },
    "models": {
        "minimum": "respondents from which on models are fitted",
        "covariates": "groups that the models adjust for",
        "answered": "the share of a subject's items that somebody must have answered to have a score",
    },
    "decide": {
        "id": "the question's name, as `--answer` takes it",
        "question": "what is asked",
        "counts": "how often each answer was given",
        "answers": "the answers that fit, the likely one first",
        "order": "the labels whose order is asked, in place of answers",
    },
    "decide, answers": {
        "key": "the answer's name, as `--answer` takes it",
        "label": "what it means",
        "edits": "what it changes in this file",
    },
    "decide, answers, edits": EDITS,
    "decide, order": {
        "scale": "the scale that the labels make",
        "labels": "the labels as they were found, the likely order",
        "otherwise": "what is changed where they are no scale (answer `0`)",
    },
    "decide, order, otherwise": EDITS,
}
