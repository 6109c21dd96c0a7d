"""Choices: what is remembered of what was opened, and what is not."""

from pathlib import Path

from ichviewer.settings import MOST_RECENT, Settings, with_opened, with_privacy, write_settings


def test_the_last_opened_comes_first_and_once_and_the_oldest_goes() -> None:
    settings = Settings()
    for name in "abcdefghij":
        settings = with_opened(settings, [Path(name)])
    settings = with_opened(settings, [Path("e"), Path("new")])
    assert len(settings.recent) == MOST_RECENT
    assert "".join(path.name for path in settings.recent) == "enewjihgfd"


def test_private_settings_remember_nothing(tmp_path: Path) -> None:
    private = with_privacy(with_opened(Settings(), [tmp_path]), is_private=True)
    assert with_opened(private, [tmp_path]) == private == Settings(is_private=True)
    write_settings(private, tmp_path / "settings.json")
    assert str(tmp_path) not in (tmp_path / "settings.json").read_text()
