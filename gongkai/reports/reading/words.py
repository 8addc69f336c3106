"""Words that only the tables of a report have, to tell its tables from all others."""

from __future__ import annotations

import re

from gongkai.reports.reading.normalise import squash

#: Row and column labels of the three tables that no menu or metadata table shows.
TABLE_WORDS = re.compile(
    r"行政许可|行政处罚|行政强制|行政事业|规范性文件|政府集中采购|对外管理服务|制发件数|废止件数|现行有效"
    r"|新制作数量|新公开数量|处理决定数量|上一年项目|本年新收|上年结转|予以公开|部分公开|国家秘密|三安全一稳定"
    r"|第三方合法权益|内部事务信息|过程性信息|行政执法案卷|行政查询事项|不掌握相关|现成信息|补正后申请"
    r"|信访举报|重复申请|公开出版物|大量反复|重新出具|逾期不补正|逾期未按|结转下年|结果维持|结果纠正|尚未审结"
    r"|复议后起诉|未经复议"
)


def table_words(text: str) -> set[str]:
    """The different table words in a text."""
    return set(TABLE_WORDS.findall(squash(text)))


def only_arranges(own: set[str], nested: list[set[str]]) -> bool:
    """Whether a table only arranges the page: one table inside it has more of a report than it.

    ``own``: the table words in its own cells, ``nested``: those of each table inside it. Many small
    tables that hold a figure or a label each do not make the outer one a frame.
    """
    return bool(nested) and (len(own) < 3 or max(map(len, nested)) > len(own))
