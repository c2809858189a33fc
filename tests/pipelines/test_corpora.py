"""The catalogue of public corpora: found, checked and fetched, from a server on this machine in place of the source."""

import hashlib
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from nlp.errors import BadInput, NotFound, UnknownName
from pipelines.corpora import Corpus, File, catalogue, fetch, find, located, states

CONTENT = b"text,category\nwhere is my card?,card_arrival\n" * 4000
SHA = hashlib.sha256(CONTENT).hexdigest()


class Source(BaseHTTPRequestHandler):
    """Serves CONTENT at /train.csv, from the byte that a Range asks for, and remembers what was asked."""

    asked: list[str | None]

    def do_GET(self) -> None:
        self.server.asked.append(self.headers.get("Range"))
        if self.path != "/data/train.csv":
            self.send_error(404)
            return
        first = int((self.headers.get("Range") or "bytes=0-").removeprefix("bytes=").rstrip("-"))
        self.send_response(206 if first else 200)
        self.end_headers()
        self.wfile.write(CONTENT[first:])

    def log_message(self, *arguments: object) -> None:
        """Keeps the tests' output clean."""


@pytest.fixture
def source() -> Iterator[ThreadingHTTPServer]:
    with ThreadingHTTPServer(("127.0.0.1", 0), Source) as server:
        server.asked = []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield server
        server.shutdown()


def corpus(source: ThreadingHTTPServer, *, sha256: str = SHA, name: str = "train.csv") -> Corpus:
    url = f"http://127.0.0.1:{source.server_port}/data/"
    files = (File(name, name, len(CONTENT), sha256),)
    return Corpus("cards", "questions", "4,000", "CC0", "https://example.com", files, url)


def test_a_corpus_is_fetched_whole_and_then_found(source: ThreadingHTTPServer, tmp_path: Path) -> None:
    assert list(fetch(corpus(source), tmp_path)) == [("train.csv", "fetched")]
    assert (tmp_path / "cards/train.csv").read_bytes() == CONTENT
    assert list(fetch(corpus(source), tmp_path)) == [("train.csv", "found")]
    assert len(source.asked) == 1


def test_a_download_that_broke_off_goes_on_where_it_was(source: ThreadingHTTPServer, tmp_path: Path) -> None:
    (tmp_path / "cards").mkdir()
    (tmp_path / "cards/train.csv.part").write_bytes(CONTENT[:1000])
    list(fetch(corpus(source), tmp_path))
    assert source.asked == ["bytes=1000-"]
    assert [p.name for p in (tmp_path / "cards").iterdir()] == ["train.csv"]


def test_other_bytes_than_the_catalogue_knows_are_not_kept(source: ThreadingHTTPServer, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="the catalogue has 0000"):
        list(fetch(corpus(source, sha256="0" * 64), tmp_path))
    assert list((tmp_path / "cards").iterdir()) == []


def test_a_source_that_does_not_have_the_file_is_an_error(source: ThreadingHTTPServer, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="404"):
        list(fetch(corpus(source, name="gone.csv"), tmp_path))


def test_a_corpus_without_an_address_says_how_to_get_it_by_hand(tmp_path: Path) -> None:
    with pytest.raises(NotFound, match=r"unpack train\.tsv and dev\.tsv"):
        list(fetch(find("sst2"), tmp_path))


def test_a_changed_file_is_told_from_one_found_or_missing(source: ThreadingHTTPServer, tmp_path: Path) -> None:
    assert states(corpus(source), tmp_path, thorough=True) == {"train.csv": "missing"}
    list(fetch(corpus(source), tmp_path))
    assert states(corpus(source), tmp_path, thorough=True) == {"train.csv": "found"}
    (tmp_path / "cards/train.csv").write_bytes(CONTENT.replace(b"card", b"cart"))
    assert states(corpus(source), tmp_path, thorough=False) == {"train.csv": "found"}
    assert states(corpus(source), tmp_path, thorough=True) == {"train.csv": "changed"}


def test_a_missing_corpus_is_named_with_the_folder_and_the_remedy(tmp_path: Path) -> None:
    with pytest.raises(
        NotFound, match=r"'banking77' is not in .*frictionary corpora fetch banking77.*FRICTIONARY_CORPORA"
    ):
        located("banking77", tmp_path)


def test_an_unknown_corpus_lists_the_known_ones() -> None:
    with pytest.raises(UnknownName, match="Did you mean 'clinc150'"):
        find("clinc15")


def test_the_catalogue_names_licence_source_and_a_way_to_every_file() -> None:
    found = catalogue()
    assert {"banking77", "clinc150", "multidogo", "semeval2017"} <= {c.name for c in found}
    assert all(c.licence and c.source.startswith("https://") and c.files and (c.url or c.by_hand) for c in found)
    assert all(len(f.sha256) == 64 and f.bytes > 0 for c in found for f in c.files)


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ('name = "../x"', "may not lead out"),
        ('name = "x"\nurl = "file:///etc/"', "must begin with https"),
        ('name = "x"\nlicense = "?"', "missing or unknown"),
    ],
)
def test_a_catalogue_that_leads_elsewhere_is_refused(tmp_path: Path, line: str, why: str) -> None:
    path = tmp_path / "catalogue.toml"
    path.write_text(f'[[corpus]]\n{line}\nwhat = ""\nrows = ""\nlicence = ""\nsource = ""\nfiles = []\n')
    with pytest.raises(BadInput, match=why):
        catalogue(path)
