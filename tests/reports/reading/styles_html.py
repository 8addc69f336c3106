"""Pages as government sites write them."""

from __future__ import annotations

import html
from collections.abc import Callable

from tests.reports.reading.specimens import Form, Specimen, parts

Style = Callable[[Specimen], tuple[bytes, str]]


def span_table(
    form: Form, *, cell: Callable[[str], str] = html.escape, attributes: str = ""
) -> str:
    """A table with rowspan and colspan."""
    rows = []
    for row in form.rows():
        made = ""
        for one in row:
            spans = f' rowspan="{one.rowspan}"' if one.rowspan > 1 else ""
            spans += f' colspan="{one.colspan}"' if one.colspan > 1 else ""
            made += f"<td{spans}{attributes}>{cell(one.text)}</td>"
        rows.append(f"<tr>{made}</tr>")
    return "<table><tbody>" + "\n".join(rows) + "</tbody></table>"


def dense_table(form: Form) -> str:
    """Every field a cell of its own, blanks in place of spans."""
    rows = (
        "<tr>" + "".join(f"<td>{html.escape(text) or '&nbsp;'}</td>" for text in row) + "</tr>"
        for row in form.dense()
    )
    return "<table border=1>" + "".join(rows) + "</table>"


def spanless_table(form: Form) -> str:
    """Spans lost: rows hold only the cells that begin in them."""
    rows = (
        "<tr>" + "".join(f"<td>{html.escape(one.text)}</td>" for one in row) + "</tr>"
        for row in form.rows()
    )
    return "<table>" + "".join(rows) + "</table>"


def _body(report: Specimen, table: Callable[[Form], str], paragraph: str = "<p>{}</p>") -> str:
    made = []
    for kind, content in parts(report):
        if isinstance(content, Form):
            made.append(table(content))
        elif kind == "title":
            made.append(f"<h1>{html.escape(content)}</h1>")
        else:
            made.append(paragraph.format(html.escape(content)))
    return "\n".join(made)


def _page(body: str, *, charset: str = "utf-8", title: str = "") -> str:
    return (
        f'<!DOCTYPE html><html><head><meta charset="{charset}"><title>{title}</title>'
        "<style>td{border:1px solid}</style><script>var a='行政许可 5';</script></head>"
        f"<body>{body}</body></html>"
    )


def spans(report: Specimen) -> tuple[bytes, str]:
    return _page(_body(report, span_table)).encode(), "report.html"


def blanks_for_spans(report: Specimen) -> tuple[bytes, str]:
    return _page(_body(report, dense_table)).encode(), "report.html"


def spans_lost(report: Specimen) -> tuple[bytes, str]:
    return _page(_body(report, spanless_table)).encode(), "report.html"


def one_span_per_word(report: Specimen) -> tuple[bytes, str]:
    """Word’s HTML: an element for every piece of a word, o:p fillers, comments between."""

    def cell(text: str) -> str:
        pieces = [text[start : start + 2] for start in range(0, len(text), 2)]
        made = "".join(
            f'<span style="font-family:宋体"><font face="仿宋">{html.escape(piece)}</font></span><!-- x -->'
            for piece in pieces
        )
        return f'<p class="MsoNormal" align=center>{made}<span><o:p>&nbsp;</o:p></span></p>'

    return _page(_body(report, lambda form: span_table(form, cell=cell))).encode(), "report.htm"


def capital_tags_in_gb2312(report: Specimen) -> tuple[bytes, str]:
    body = _body(report, span_table)
    for tag in ("table", "tbody", "tr", "td", "p", "h1"):
        body = body.replace(f"<{tag}", f"<{tag.upper()}").replace(f"</{tag}>", f"</{tag.upper()}>")
    body = body.replace("</TD>", "").replace("</TR>", "")  # nobody closes them
    page = f'<HTML><HEAD><META HTTP-EQUIV="Content-Type" CONTENT="text/html; charset=gb2312"></HEAD><BODY>{body}</BODY></HTML>'
    return page.encode("gbk", "xmlcharrefreplace"), "report.html"


def utf8_that_says_gbk(report: Specimen) -> tuple[bytes, str]:
    return _page(_body(report, span_table), charset="gbk").encode("utf-8"), "report"


def utf16(report: Specimen) -> tuple[bytes, str]:
    return _page(_body(report, span_table)).encode("utf-16-be"), "report.html"


def whole_site(report: Specimen) -> tuple[bytes, str]:
    """Menus, a breadcrumb, a table of metadata, a layout table around it all, a footer."""
    menu = "".join(
        f"<li><a href='#'>{name}</a></li>"
        for name in ("首页", "政务公开", "办事服务", "规章", "其他")
    )
    meta = (
        "<table><tr><td>索引号</td><td>000014349/2024-00001</td><td>分类</td><td>年度报告 报告</td></tr>"
        f"<tr><td>发布机构</td><td>{report.issuer}办公室</td><td>发文日期</td><td>2024-01-20</td></tr></table>"
    )
    inner = _body(report, span_table)
    footer = (
        "<div class=f><p>主办：某县人民政府办公室</p><p>某ICP备00000000号-1</p><p>行政处罚 5</p>"
        "<table><tr><td>总访问量</td><td>123456</td></tr></table></div>"
    )
    layout = (
        "<table width=1000><tr><td><table><tr><td>政府信息公开</td><td>行政许可</td></tr></table></td>"
        f"<td><div>{meta}</div><div>{inner}</div></td></tr></table>"
    )
    page = _page(f"<ul>{menu}</ul>{layout}{footer}", title=f"{report.title}-某县政府网")
    return page.encode("gb18030"), "t20240120_1.shtml"


def split_tables(report: Specimen) -> tuple[bytes, str]:
    """Each part of table two, and every few rows of table three, in a table of its own."""

    def table(form: Form) -> str:
        if form.table == "t4":
            return span_table(form)
        cuts = (
            [cell.row for cell in form.cells if cell.kind == "part"]
            if form.table == "t2"
            else [0, 8, 13, 20]
        )
        made = []
        cuts = [cut for cut in cuts if cut < form.height]
        for start, end in zip(cuts, [*cuts[1:], form.height], strict=True):
            cells = []
            for cell in form.cells:
                top, bottom = max(cell.row, start), min(cell.row + cell.rowspan, end)
                if top < bottom:
                    text = cell.text if cell.row >= start else ""
                    cells.append(
                        type(cell)(text, top - start, cell.col, bottom - top, cell.colspan)
                    )
            made.append(span_table(Form(form.table, cells)))
        return "<br>".join(made)

    return _page(_body(report, table)).encode(), "report.html"


def tables_in_cells(report: Specimen) -> tuple[bytes, str]:
    """Each figure in a little table inside its cell."""

    def cell(text: str) -> str:
        if text[:1].isdigit():
            return f"<table border=0><tr><td><div>{html.escape(text)}</div></td></tr></table>"
        return html.escape(text)

    return _page(_body(report, lambda form: span_table(form, cell=cell))).encode(), "report.html"


def a_paragraph_a_cell(report: Specimen) -> tuple[bytes, str]:
    """Tables that an editor has flattened: a paragraph for each cell, &nbsp; for a blank one."""

    def table(form: Form) -> str:
        return "".join(
            f"<p>{html.escape(one.text) or '&nbsp;'}</p>" for row in form.rows() for one in row
        )

    return _page(_body(report, table)).encode(), "report.html"


def one_table_for_everything(report: Specimen) -> tuple[bytes, str]:
    """The whole report typed into one table, headings and text in merged rows."""
    rows = []
    for _, content in parts(report):
        if isinstance(content, Form):
            inner = span_table(content)
            rows.append(inner.removeprefix("<table><tbody>").removesuffix("</tbody></table>"))
        else:
            rows.append(f"<tr><td colspan=15>{html.escape(content)}</td></tr>")
    return _page("<table>" + "".join(rows) + "</table>").encode(), "report.html"


def preformatted(report: Specimen) -> tuple[bytes, str]:
    from tests.reports.reading.styles_text import layout

    return _page(f"<pre>{html.escape(layout(report, wide=2))}</pre>").encode(), "report.html"


def saved_with_pictures(report: Specimen) -> tuple[bytes, str]:
    """A page archive (.mht)."""
    from email.mime.multipart import MIMEMultipart
    from email.mime.text import MIMEText

    message = MIMEMultipart("related")
    message.attach(MIMEText(_page(_body(report, span_table)), "html", "utf-8"))
    return message.as_bytes(), "report.mht"


STYLES: dict[str, Style] = {
    style.__name__: style
    for style in (
        spans,
        blanks_for_spans,
        spans_lost,
        one_span_per_word,
        capital_tags_in_gb2312,
        utf8_that_says_gbk,
        utf16,
        whole_site,
        split_tables,
        tables_in_cells,
        a_paragraph_a_cell,
        one_table_for_everything,
        preformatted,
        saved_with_pictures,
    )
}
