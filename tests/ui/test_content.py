"""What stands on a view besides its image."""

from dataclasses import replace

from ichviewer.ui.companion import Companion
from ichviewer.ui.content import CaseContent
from ichviewer.ui.viewer_model import ViewerModel
from tests.ui import samples


def test_a_case_says_that_it_is_simulated_and_what_its_images_lack(qapp: object) -> None:
    model = ViewerModel()
    lossy = replace(samples.volume(), notes=("The source images are lossy.",))
    model.show_volume(samples.series(), samples.volume())
    model.companion = Companion(samples.match("sim-1", "subdural"), lossy, 4, 4)
    heading = CaseContent(model).heading()
    assert heading[0] == "SIMULATED case sim-1"
    assert "Labels: simulator (exact)" in heading
    assert heading[-1] == "The source images are lossy."
