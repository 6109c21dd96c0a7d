"""The model card: what the model is, how good it was found to be, where it must not be trusted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def card(
    manifest: Mapping[str, Any],
    tables: Mapping[str, str],
    counted: str,
    least_slab_mm2: float,
    least_study_ml: float,
) -> str:
    """The whole card as Markdown; `tables` are those of `training.evaluate`."""
    thresholds = manifest["thresholds"]
    balanced = manifest.get("in_scan", manifest)["operating_points"]["balanced"]
    improbable = (
        ", and those less probable than a threshold (below)" if "regions" in manifest else ""
    )
    return f"""# {manifest["name"]} {manifest["version"]}

**{manifest["intended_use"].capitalize()}.** Trained on simulated head CT only: no patient's image
was used, and what is measured on simulated heads says how well the model learned the simulation,
not how well it reads patients.

One small 2.5-D network (three neighbouring slabs of about 5 mm, four windows, pixels of
{manifest["input"]["spacing_mm"]:g} mm) answers with a mask of the five hemorrhage types, a
probability for each slice, the evidence map that it is pooled from (the
marked area adds to it), and a vector of 128 numbers for finding similar cases. License
{manifest["license"]}. SHA-256 `{manifest["sha256"]}`, {manifest["size_bytes"] / 1e6:.1f} MB,
opset {manifest["opset"]}; ONNX differs from torch by at most
{manifest["export"]["largest_difference_from_torch"]:.1e}.{_second_network(manifest)}

## Made from
* {manifest["training_data"][0].upper()}{manifest["training_data"][1:]}.
* Label maps: SynthSeg (Apache-2.0). Volumes and densities of hemorrhages: statistics of 192
  segmented scans (CC0). Simulator, recipe and code: `training/`.
* Calibrated on {manifest["calibration"]["data"]}.

## Found on simulated heads whose anatomy was never trained on
{counted}, half of them with scanner settings never
trained on, made and read by `python -m training.evaluate`. A slice counts as positive for a type
from {least_slab_mm2:g} mm² of it, a study from {least_study_ml:g} mL; less is left out of the
counts, and so is simulated blood that does not stand out from what lies beside it
(`training/outline.py`): no expert would outline it, and no reader could find it. Intervals are
bootstrapped over studies. Operating point: {thresholds["operating_point"]}
({thresholds["chosen"]}); thresholds of studies {_listed(balanced["study"])}; of slices
{_listed(balanced["slice"])}.

### Detection
{tables["detection"]}

### Any hemorrhage, without contrast and with it
The gate tells contrast by bright vessels. Nothing is called present there, only uncertain.
Calibration, thresholds and abstention were fitted without such studies{_contrast(manifest)}.

{tables["contrast"]}

### Any hemorrhage found, by its volume
{tables["size"]}

### Mask
A voxel is marked where the five types together reach
{thresholds["segmentation_min_probability"]:g}. Dice counts only studies that hold the type
(empty-case rule); what is marked where there is none stands in the last column.

{tables["mask"]}

### Lesions shown
The same of what the viewer shows of the mask: regions away from the brain or too small are left
out, and, unless they are large and sure, those on slices that the detector does not call
positive{improbable}.

{tables["shown"]}{_regions(manifest, tables)}

## Real images, as they are
{tables["real"]}

These are the only real heads at hand: two whole ones, one slice with a chronic subdural collection,
and twelve slices of acute infarcts (8 bit, 0–255 HU, spacing unknown and taken as 0.45 mm). They
show how often the model raises an alarm on real texture; with next to no real hemorrhage among
them, **they cannot show what it finds in patients**.

## Where not to trust it
* Sensitivity on real patients is unknown. Thin subarachnoid blood and blood as dense as brain are
  the first to be missed; epidural and subdural are easily taken for each other.
* On the real heads above, the bright rim under the skull was marked as subdural blood, bone at the
  vertex and the skull base as epidural or subdural, and enhanced vessels as subarachnoid blood. A
  lesion of low probability deserves little trust.
* The second network raises what lies within two slabs of strong blood: with blood laid into a real
  head it tells slices beside subdural blood worse than the first alone, and subarachnoid and
  subdural blood on the whole no better (docs/models.md).
* In a head with contrast subarachnoid blood is mostly taken for vessels and not shown as a lesion.
* Small bleeds count little in slabs of 5 mm: see the table by volume.
* Two test and two calibration anatomies are few; the intervals do not contain what other heads
  would add.
* Contrast, metal, missing bone, movement and the skull base are simulated coarsely. Children,
  tumours that bleed, and scanners with strong artefacts were not simulated.
* Probabilities are calibrated for the simulated mix of cases, not for any hospital's. With blood
  laid into a real head, where more regions are blood, lesions of a probability from 0.1 to 0.8 were
  right more often than stated.
"""


def _contrast(manifest: Mapping[str, Any]) -> str:
    own = manifest.get("in_scan", manifest)
    if "with_contrast" not in own:
        return ""
    data = own["with_contrast"]["calibration"]["data"]
    return f";\nprobabilities have a calibration of their own there, by {data}"


def _second_network(manifest: Mapping[str, Any]) -> str:
    """A paragraph on the network for whole scans, where there is one."""
    if "in_scan" not in manifest:
        return ""
    second = manifest["in_scan"]
    single = manifest["operating_points"]["balanced"]["slice"]
    return f"""

A second network ({second["size_bytes"] / 1e3:.0f} kB, SHA-256 `{second["sha256"]}`) hears what the
first says of all slabs of a scan and corrects the probabilities of its slices. It was taught on
{second["training_data"]}. Mask, evidence map and vectors are the first network's. A slice without
neighbours is told by the first network alone; thresholds there {_listed(single)}."""


def _regions(manifest: Mapping[str, Any], tables: Mapping[str, str]) -> str:
    """A section on the probability of marked regions, where the model states it."""
    if "regions" not in manifest:
        return ""
    regions = manifest["regions"]
    return f"""

### How probable a marked region is
The probability of a lesion is that of being hemorrhage, of whatever type. It weighs the slices'
probabilities, that of its voxels, its mL, and whether it may be vessels with contrast, as fitted on
{regions["data"]} (docs/models.md). The thresholds are
{_listed(regions["shown_from"])}. Here a region of 0.1 mL or more counts as
hemorrhage where 0.3 of it is.

{tables["region_probability"]}

{tables["regions"]}"""


def _listed(values: Mapping[str, float]) -> str:
    return ", ".join(f"{name} {value:.2f}" for name, value in values.items())
