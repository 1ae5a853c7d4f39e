"""RO-Crate metadata of the site: for every file the notebook and the inputs that made it.

The crate's root is reports/site and it follows the profile Workflow Run Crate 0.5: dvc.yaml is the workflow (a copy
lies on the site), the run as a whole and each of its stages are actions with what they took and what they made. What is
not on the site (raw data, notebooks' sources, modules) is described, with its hash, as part of the project and not of
the crate. Data that stay on a machine never appear: stages that run for a council's survey are left out, and of
folders that also hold downloaded statistics only what the project shares is listed. Times of a run are left out too:
the same inputs give the same bytes.
"""

import hashlib
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import yaml
from rocrate.model.computerlanguage import ComputerLanguage
from rocrate.model.contextentity import ContextEntity
from rocrate.model.entity import Entity
from rocrate.rocrate import ROCrate

from pipeline.errors import PublishingError
from pipeline.files import write_json, write_text
from pipeline.setup.environment import entry
from pipeline.workflow.stages import Stage, is_shared, read_stages, title_of

METADATA, WORKFLOW = "ro-crate-metadata.json", "workflow.yaml"
SITE = "reports/site/"
PROFILES = {
    "https://w3id.org/ro/wfrun/process/0.5": ("Process Run Crate", "0.5"),
    "https://w3id.org/ro/wfrun/workflow/0.5": ("Workflow Run Crate", "0.5"),
    "https://w3id.org/workflowhub/workflow-ro-crate/1.0": ("Workflow RO-Crate", "1.0"),
}
BIOSCHEMAS = "https://bioschemas.org/profiles"
LICENCES = {
    "MIT": ("https://spdx.org/licenses/MIT", "MIT License"),
    "OGL": ("https://spdx.org/licenses/OGL-UK-3.0", "Open Government Licence v3.0"),
}
FORMATS = {
    ".html": "text/html",
    ".csv": "text/csv",
    ".pdf": "application/pdf",
    ".ipynb": "application/x-ipynb+json",
    ".yaml": "application/yaml",
    ".json": "application/json",
    ".md": "text/markdown",
    ".svg": "image/svg+xml",
    ".docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    ".xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    ".ods": "application/vnd.oasis.opendocument.spreadsheet",
    ".png": "image/png",
    ".lock": "text/plain",
}


def write_crate(root: Path) -> list[Path]:
    """Write reports/site/ro-crate-metadata.json, and the workflow that it describes beside it.

    Raises PublishingError where an output of a stage is not there, or where nothing says when this version was
    published.
    """
    site = root / SITE
    write_text(site / WORKFLOW, (root / "dvc.yaml").read_text(encoding="utf-8"))
    described = _Describing(root).crate.metadata.generate()
    first = {METADATA: 0, "./": 1}
    graph = sorted(map(_in_order, described["@graph"]), key=lambda entity: (first.get(entity["@id"], 2), entity["@id"]))
    write_json(site / METADATA, {"@context": described["@context"], "@graph": graph})
    return [site / METADATA, site / WORKFLOW]


def published_on(citation: Mapping) -> str:
    """The day that stands in the metadata: SOURCE_DATE_EPOCH's, or the one that CITATION.cff gives for this version.

    >>> published_on({"date-released": "2026-01-31"}) if "SOURCE_DATE_EPOCH" not in os.environ else "2026-01-31"
    '2026-01-31'
    """
    epoch = os.environ.get("SOURCE_DATE_EPOCH")
    if epoch:
        return datetime.fromtimestamp(int(epoch), UTC).date().isoformat()
    if "date-released" not in citation:
        raise PublishingError(
            "Nothing says when this version was published.",
            where="CITATION.cff",
            expected="date-released: a day such as 2026-01-31",
            fix="Add the line, or set SOURCE_DATE_EPOCH.",
        )
    return str(citation["date-released"])


@dataclass
class _Describing:
    """The crate of one project, entity by entity."""

    root: Path

    def __post_init__(self) -> None:
        self.crate = ROCrate(version="1.1")
        self.crate.metadata.extra_terms["sha256"] = "http://schema.org/sha256"  # not yet in the context of RO-Crate 1.1
        self.citation = yaml.safe_load((self.root / "CITATION.cff").read_text(encoding="utf-8"))
        self.stages = [stage for stage in read_stages(self.root) if f"{SITE}{METADATA}" not in stage.outs]
        self.made = {path for stage in self.stages for path in stage.outs}
        self._describe_project()
        self._describe_root()
        self._describe_workflow()
        results = [file for stage in self.stages for file in self._describe_stage(stage)]
        self._describe_run(results)

    def _add(self, id: str, kind: str | list[str], **properties: object) -> Entity:
        """The entity `id`, described once."""
        return self.crate.get(id) or self.crate.add(ContextEntity(self.crate, id, {"@type": kind, **properties}))

    def _describe_project(self) -> None:
        self.authors = []
        for author in self.citation["authors"]:
            name = author.get("name") or f"{author['given-names']} {author['family-names']}"
            self.authors.append(
                self._add(
                    author.get("orcid") or f"#{name.replace(' ', '-')}",
                    "Organization" if "name" in author else "Person",
                    name=name,
                )
            )
        self.python = self.crate.add(
            ComputerLanguage(self.crate, "#python", {"name": "Python", "url": {"@id": "https://www.python.org"}})
        )
        self.licence, self.open_government = (
            self._add(url, "CreativeWork", name=name)
            for url, name in (LICENCES[self.citation["license"]], LICENCES["OGL"])
        )
        where = {"codeRepository": self.citation["repository-code"]} if "repository-code" in self.citation else {}
        common = {"version": self.citation["version"], "license": self.licence, "programmingLanguage": self.python}
        self.project = self._add(
            "#project",
            "SoftwareSourceCode",
            author=self.authors,
            **common,
            **where,
            name="Golden Thread: notebooks, modules, data and texts",
        )
        lock = self._outside("requirements.lock", "Every package with its version and the hashes of its files.")
        self.code = {**common, "isPartOf": self.project}
        self.modules = self._add(
            "#pipeline",
            "SoftwareSourceCode",
            softwareRequirements=lock,
            **self.code,
            name="pipeline: the modules that notebooks and commands call",
        )

    def _describe_root(self) -> None:
        root = self.crate.root_dataset
        root["name"], root["description"] = self.citation["title"], " ".join(self.citation["abstract"].split())
        root["datePublished"], root["license"] = published_on(self.citation), self.licence
        root["author"], root["version"] = self.authors, self.citation["version"]
        root["publisher"], root["keywords"] = self.authors[0], ", ".join(self.citation["keywords"])
        root["conformsTo"] = [
            self._add(url, "CreativeWork", name=name, version=version) for url, (name, version) in PROFILES.items()
        ]
        root["citation"] = [
            self._add(
                f"#{work['title'].replace(' ', '-')}",
                "CreativeWork",
                name=work["title"],
                datePublished=str(work["year"]),
                author=[
                    self._add(f"#{name}", "Organization", name=name)
                    for name in (author["name"] for author in work["authors"])
                ],
            )
            for work in self.citation["references"]
        ]

    def _describe_workflow(self) -> None:
        packages = (self.root / "requirements.lock").read_text(encoding="utf-8")
        version = entry(packages, "dvc").split()[0].partition("==")[2]
        language = self.crate.add(
            ComputerLanguage(self.crate, "#dvc", {"name": "DVC", "url": {"@id": "https://dvc.org"}, "version": version})
        )
        file = self.root / SITE / WORKFLOW
        self.workflow = self.crate.add_workflow(
            file,
            WORKFLOW,
            main=True,
            lang=language,
            properties={
                **self._facts(file),
                "name": "The stages of Golden Thread (dvc.yaml)",
                "description": "Each stage with its command, dependencies and outputs; DVC runs what is out of date.",
                "version": self.citation["version"],
            },
        )
        self.workflow["license"], self.workflow["author"] = self.licence, self.authors
        self.workflow["softwareRequirements"] = self.crate.get("#requirements.lock")
        self.workflow["isPartOf"] = self.project
        self.workflow["conformsTo"] = {"@id": f"{BIOSCHEMAS}/ComputationalWorkflow/1.0-RELEASE"}
        self.inputs: dict[str, Entity] = {}

    def _describe_stage(self, stage: Stage) -> list[Entity]:
        """The stage's action; returns the files of the site that it made."""
        results = [file for path in stage.outs if path.startswith(SITE) for file in self._on_the_site(path, stage)]
        between = [self._between(path) for path in stage.outs if not path.startswith(SITE)]
        taken = [self._taken(path) for path in stage.data]
        given = [self._parameter(name, value) for name, value in sorted(stage.parameters.items())]
        action = self._add(
            f"#stage/{stage.name}",
            "CreateAction",
            name=stage.name,
            description=stage.description,
            instrument=self._notebook(stage.notebook) if stage.notebook else self.modules,
            agent=self.authors[0],
            object=_unique([*given, *taken]),
            result=_unique([*between, *results]),
        )
        self._mention(action)
        return results

    def _describe_run(self, results: list[Entity]) -> None:
        """The run as a whole, and the workflow's own inputs and outputs."""
        for entity in self.inputs.values():
            self._formal("input", entity["name"], entity.type, entity)
        reports = [file for file in results if "/" not in file.id]
        for file in reports:
            self._formal("output", file.id, "File", file)
        action = self._add(
            "#run",
            "CreateAction",
            name="The run that made this site",
            instrument=self.workflow,
            description="All stages, from the raw data to the reports.",
            agent=self.authors[0],
            object=list(self.inputs.values()),
            result=_unique(results),
        )
        self._mention(action)

    def _mention(self, entity: Entity) -> None:
        if entity not in self.crate.root_dataset.get("mentions", []):
            self.crate.root_dataset.append_to("mentions", entity)

    def _formal(self, side: str, name: str, kind: str, example: Entity) -> None:
        formal = self._add(
            f"#parameter/{name}",
            "FormalParameter",
            name=name,
            additionalType=kind,
            conformsTo={"@id": f"{BIOSCHEMAS}/FormalParameter/1.0-RELEASE"},
        )
        formal.append_to("workExample", example, compact=True)
        example["exampleOfWork"] = formal
        if formal not in self.workflow.get(side, []):
            self.workflow.append_to(side, formal)

    def _on_the_site(self, path: str, stage: Stage) -> list[Entity]:
        place = self.root / path
        if not place.exists():
            raise PublishingError(
                "An output of the pipeline is not there.",
                where=path,
                found="no such file",
                fix=f"Run the stage {stage.name}: golden-thread run --stage {stage.name}",
            )
        files = sorted(each for each in place.rglob("*") if _is_file(each)) if place.is_dir() else [place]
        described = []
        for file in files:
            name = file.relative_to(self.root / SITE).as_posix()
            described.append(
                self.crate.get(name)
                or self.crate.add_file(
                    file, name, properties={**self._facts(file), "name": title_of(self.root, file, stage)}
                )
            )
        return described

    def _taken(self, path: str) -> Entity:
        """What a stage took: a file of the site, what another stage made, or an input of the project."""
        if path.startswith(SITE):
            return self.crate.get(path.removeprefix(SITE)) or self._between(path)
        if any(path == made or path.startswith(f"{made}/") for made in self.made):
            return self._between(path)
        if not path.startswith("data/raw/"):
            return self._outside(path, "Text, template or style of the reports.")
        entity = self._collection(path, "Raw data, as in the project; what is not shared is not listed.")
        entity["license"] = self.open_government if "/surveys/" in path else self.licence
        self.inputs[path] = entity
        return entity

    def _parameter(self, name: str, value: str) -> Entity:
        entity = self._add(f"#given/{name}={value}", "PropertyValue", name=name, value=value)
        self.inputs[f"{name}={value}"] = entity
        return entity

    def _between(self, path: str) -> Entity:
        return self._add(
            f"#{path}",
            "CreativeWork",
            name=path,
            isPartOf=self.project,
            description="Made by one stage for another; not on the site.",
        )

    def _collection(self, path: str, description: str) -> Entity:
        """A file, or the files of a folder, that the project shares, as one input."""
        place = self.root / path
        files = sorted(each for each in place.rglob("*") if _is_file(each)) if place.is_dir() else [place]
        names = [file.relative_to(self.root).as_posix() for file in files]
        parts = [self._outside(name, "Raw data.") for name in names if is_shared(name)]
        explained = [part for part in parts if part["name"].endswith("README.md")]
        main = {"mainEntity": [*explained, *parts][0]} if parts else {}
        collection = self._add(
            f"#input/{path}",
            "Collection",
            name=path,
            description=description,
            isPartOf=self.project,
            hasPart=parts,
            **main,
        )
        self._mention(collection)
        return collection

    def _notebook(self, name: str) -> Entity:
        path = f"notebooks/{name}.ipynb"
        return self._add(
            f"#{path}",
            "SoftwareSourceCode",
            name=path,
            softwareRequirements=self.modules,
            **self.code,
            **self._facts(self.root / path),
        )

    def _outside(self, path: str, description: str) -> Entity:
        """A file of the project that is not on the site."""
        facts = self._facts(self.root / path) if (self.root / path).is_file() else {}
        return self._add(f"#{path}", "CreativeWork", name=path, description=description, isPartOf=self.project, **facts)

    def _facts(self, path: Path) -> dict[str, str]:
        content = path.read_bytes()
        return {
            "encodingFormat": FORMATS.get(path.suffix, "application/octet-stream"),
            "contentSize": str(len(content)),
            "sha256": hashlib.sha256(content).hexdigest(),
        }


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.name.startswith(".")


def _unique(entities: Iterable[Entity]) -> list[Entity]:
    return list({entity.id: entity for entity in entities}.values())


def _in_order(entity: dict) -> dict:
    """An entity with its references sorted, for their order says nothing; a single one stands without brackets."""
    return {
        key: value if not isinstance(value, list) else value[0] if len(value) == 1 else sorted(value, key=str)
        for key, value in entity.items()
    }
