"""E-mail: what a reader sees of a message, in whatever it is encoded."""

from base64 import b64encode
from email.message import EmailMessage

import pytest

from freshet import errors

from .conftest import Read
from .test_pptx import deck, shape, slide


def message(text: str = "Hello", subject: str = "Subject", **headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["Subject"], mail["From"] = subject, "Ann <ann@example.com>"
    for name, value in headers.items():
        mail[name] = value
    mail.set_content(text)
    return mail


def test_subject_people_and_text(blocks: Read) -> None:
    mail = message(
        "第一段\n\n第二段", "关于茶", To="Bob <bob@example.com>", Date="Fri, 16 Dec 2022 17:04:16 -0500"
    )
    assert [(b.kind, b.text, b.level, b.page) for b in blocks(mail.as_bytes(), "a.eml")] == [
        ("heading", "关于茶", 1, None),
        (
            "text",
            "From: Ann <ann@example.com>\nTo: Bob <bob@example.com>\nDate: Fri, 16 Dec 2022 17:04:16 -0500",
            0,
            None,
        ),
        ("text", "第一段", 0, None),
        ("text", "第二段", 0, None),
    ]


@pytest.mark.parametrize("transfer", ["base64", "quoted-printable", "8bit"])
@pytest.mark.parametrize("label", ["gb2312", "GB18030", "utf-8"])
def test_bodies_are_decoded(blocks: Read, transfer: str, label: str) -> None:
    text = "你好，朱镕基先生"  # 镕 is in GB18030 only, and mail programs call that GB2312
    mail = EmailMessage()
    mail["Subject"], mail["From"], mail["To"] = "x", "a@example.com", "b@example.com"
    mail.set_content(text, charset="gb18030" if label != "utf-8" else "utf-8", cte=transfer)
    data = mail.as_bytes().replace(b'charset="gb18030"', f'charset="{label}"'.encode())
    assert label.encode() in data
    assert blocks(data, "a.eml")[-1].text == text


NO_ENCODINGS = ["idna", "undefined", "hex", "zip", "rot13", "unicode_escape", "x-nobody-knows", "../..", ""]


@pytest.mark.parametrize("label", NO_ENCODINGS)
@pytest.mark.parametrize("text", ["你好，年假..二十五天", "na\xefve..caf\xe9"])
def test_a_label_that_is_no_encoding_of_texts_does_not_matter(blocks: Read, label: str, text: str) -> None:
    head = f'Subject: x\nFrom: =?{label}?Q?a..=ff?=\nContent-Type: text/plain; charset="{label}"\n\n'
    data = head.encode() + (text.encode("latin-1") if text.startswith("na") else text.encode())
    assert blocks(data, "a.eml")[-1].text == text


@pytest.mark.parametrize("label", NO_ENCODINGS)
def test_an_attachment_whose_name_is_in_no_encoding_is_read(blocks: Read, label: str) -> None:
    head = "Subject: x\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n"
    name = f"Content-Disposition: attachment; filename*={label}''a..b%ff.txt\n"
    assert blocks(f"{head}{name}\n年假 25\n--b--".encode(), "a.eml")[-1].text == "年假 25"


@pytest.mark.parametrize(
    "subject",
    [
        b"=?gb2312?B?udjT2rLo?=",
        b"=?GBK?Q?=B9=D8=D3=DA=B2=E8?=",
        b"=?utf-8?B?5YWz?= =?utf-8?B?5LqO?=\r\n =?utf-8?B?6Iy2?=",
        "关于茶".encode("gb18030"),
        "关于茶".encode(),
    ],
)
def test_headers_are_decoded_however_they_are_written(blocks: Read, subject: bytes) -> None:
    data = b"Subject: " + subject + b"\r\nFrom: a@example.com\r\n\r\ntext\r\n"
    assert blocks(data, "a.eml")[0].text == "关于茶"


def test_plain_text_is_preferred_and_html_read_where_it_is_all(blocks: Read) -> None:
    mail = message("plain")
    mail.add_alternative("<p>formatted</p>", subtype="html")
    assert [b.text for b in blocks(mail.as_bytes(), "a.eml")][2:] == ["plain"]
    page = EmailMessage()
    page["Subject"] = "x"
    page.set_content("<h1>Title</h1><p>text</p>", subtype="html")
    assert [(b.text, b.level) for b in blocks(page.as_bytes(), "a.eml")] == [
        ("x", 1),
        ("Title", 2),
        ("text", 0),
    ]


def test_attachments_are_listed_and_read_where_they_can_be(blocks: Read) -> None:
    mail = message()
    mail.add_attachment("附件的内容".encode("gb18030"), maintype="text", subtype="plain", filename="附件.txt")
    slides = deck(slide(shape("Agenda", kind="title"), shape("point")))
    mail.add_attachment(slides, maintype="application", subtype="octet-stream", filename="talk.pptx")
    mail.add_attachment(b"\x89PNG\r\n\x1a\n\0", maintype="image", subtype="png", filename="photo.png")
    mail.add_attachment(b"%PDF-1.7 broken", maintype="application", subtype="pdf", filename="broken.pdf")
    found = blocks(mail.as_bytes(), "a.eml")[3:]
    assert [(b.text, b.level, b.page) for b in found] == [
        ("- 附件.txt\n- talk.pptx\n- photo.png\n- broken.pdf", 0, None),
        ("附件.txt", 2, None),
        ("附件的内容", 0, None),
        ("talk.pptx", 2, None),
        ("Agenda", 3, None),
        ("point", 0, None),
    ]


def test_attached_messages_are_read_with_what_is_attached_to_them(blocks: Read) -> None:
    deepest, inner, outer = message("c", "deepest"), message("b", "inner"), message("a", "outer")
    deepest.add_attachment("attached text", filename="notes.txt")
    inner.add_attachment(deepest)
    outer.add_attachment(inner)
    texts = [(b.text, b.level) for b in blocks(outer.as_bytes(), "a.eml")]
    assert ("inner", 2) in texts
    assert ("b", 0) in texts
    assert ("- deepest", 0) in texts
    assert ("c", 0) in texts
    assert ("notes.txt", 4) in texts
    assert ("attached text", 0) in texts


def test_messages_nested_without_end_are_only_listed(blocks: Read) -> None:
    chain = b"Subject: L0\n\ncore"
    for number in range(1, 50):
        chain = b"Subject: L%d\nContent-Type: message/rfc822\n\n%s" % (number, chain)
    titles = [b.text for b in blocks(chain, "a.eml") if b.kind == "heading"]
    assert titles == ["L49", "L48", "L47", "L46", "L45", "L44"]


@pytest.mark.parametrize("cut", [0, 1])
def test_attached_messages_that_somebody_encoded_are_read(blocks: Read, cut: int) -> None:
    inner = b64encode(message("inside", "inner", To="c@example.com").as_bytes())
    data = (
        b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n--b\r\n'
        b"Content-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n"
        b"Content-Disposition: attachment; filename=inner.eml\r\n\r\n"
        + inner[: len(inner) - cut]
        + b"\r\n--b--\r\n"
    )
    assert ("inner", 2) in [(b.text, b.level) for b in blocks(data, "a.eml")]


def test_an_endless_message_ends(blocks: Read) -> None:
    part = b'--b\r\nContent-Type: text/plain; name="x"\r\n\r\nword\r\n'
    data = b'Subject: x\r\nContent-Type: multipart/mixed; boundary="b"\r\n\r\n' + part * 3_000 + b"--b--\r\n"
    assert len(blocks(data, "a.eml")) < 600


def test_headers_without_a_name_are_known_by_their_content(blocks: Read) -> None:
    data = b"From: a@example.com\r\nTo: b@example.com\r\nSubject: Known\r\n\r\ntext\r\n"
    assert blocks(data, "message")[0].text == "Known"
    assert blocks(data, "notes.txt")[0].kind == "text"


def test_a_message_saved_as_utf_16_is_read(blocks: Read) -> None:
    data = "Subject: 茶\nFrom: a@example.com\n\n正文\n".encode("utf-16")
    assert [b.text for b in blocks(data, "a.eml")][::2] == ["茶", "正文"]


def test_nothing_at_all_says_so(blocks: Read) -> None:
    with pytest.raises(errors.NoText):
        blocks(b"\r\n\r\n", "a.eml")


@pytest.mark.parametrize(
    ("kind", "locked"),
    [
        ('multipart/encrypted; protocol="application/pgp-encrypted"; boundary=b', True),
        ("application/pkcs7-mime; smime-type=enveloped-data; name=smime.p7m", True),
        ("application/pkcs7-mime; smime-type=signed-data; name=smime.p7m", False),
    ],
)
def test_encrypted_messages_are_told_from_signed_ones(blocks: Read, kind: str, locked: bool) -> None:
    data = f"Subject: secret\nContent-Type: {kind}\n\nMIIB".encode()
    if locked:
        with pytest.raises(errors.Encrypted):
            blocks(data, "a.eml")
    else:
        assert blocks(data, "a.eml")[0].text == "secret"


def test_an_endless_header_is_cut(blocks: Read) -> None:
    data = b"Subject: " + b"=?utf-8?q?x?= " * 200_000 + b"\n\nbody"
    found = blocks(data, "a.eml")
    assert found[0].text.startswith("xxx")
    assert found[-1].text == "body"
