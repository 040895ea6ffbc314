"""Names are found by what people type: pinyin, initials, other readings of the same character."""

import unicodedata

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from dealer.engine.names import INITIAL_LETTERS, KEY_LETTERS, needle, search_keys

HANZI = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), min_size=1, max_size=40)


@pytest.mark.parametrize(
    "name, typed",
    [
        ("张伟", "zhangwei"),
        ("张伟", "zw"),
        ("重庆长安汽车股份有限公司", "chongqing"),
        ("重庆长安汽车股份有限公司", "zhongqing"),
        ("重庆长安汽车股份有限公司", "changan"),
        ("重庆长安汽车股份有限公司", "zhongqingchanganqiche"),
        ("重庆长安汽车股份有限公司", "cqca"),
        ("昆明云岭远行汽车销售服务有限公司", "yunlingyuanhang"),
        ("昆明云岭远行汽车销售服务有限公司", "yunlingyuanxing"),
        ("昆明云岭远行汽车销售服务有限公司", "Qi Che Xiao Shou"),
        ("长沙银行", "yinhang"),
        ("单雄信", "shanxiongxin"),  # surnames have readings of their own
        ("单雄信", "danxiongxin"),
        ("仇英", "qiuying"),
        ("查良镛", "zhaliangyong"),
        ("曾国藩", "zengguofan"),
        ("吕布", "lvbu"),
        ("吕布", "L\u00fc Bu"),
        ("吕布", "L\u01da B\u00f9"),
        ("吕布", "LYU BU"),
        ("略懂", "luedong"),
        ("略懂", "lvedong"),
        ("西安", "Xi'an"),
        ("李祎", "liyi"),
        ("王㛃", "wangjie"),
        ("陈䶮", "chenyan"),
        ("𠮷野", "jiye"),
        ("郑𬭚", "zhengchun"),
        ("郑𬭚", "zhengdui"),
        ("BYD云南3号店", "bydyunnan3"),
        ("BYD云南3号店", "bydyn3hd"),
        ("\uff22\uff39\uff24云南", "byd"),
        ("阿卜杜·热合曼", "abudureheman"),
        ("阿卜杜·热合曼", "abd rhm"),
        ("Société Générale (中国)", "societe gen"),
        ("某市公安局", "msgaj"),
        ("公安局", "gonganju"),
    ],
)
def test_a_name_is_found_by(name, typed):
    keys = search_keys(name)
    assert needle(typed) in f"{keys.pinyin} {keys.initials}"


@pytest.mark.parametrize("name, typed", [("张伟", "zhangwen"), ("重庆", "chongqin g u"), ("吕布", "lubu")])
def test_a_name_is_not_found_by_another(name, typed):
    keys = search_keys(name)
    assert needle(typed) not in f"{keys.pinyin} {keys.initials}"


def test_the_usual_reading_comes_first_and_none_comes_twice():
    keys = search_keys("重庆")
    assert keys.pinyin.split() == ["chongqing", "zhongqing", "tongqing"]
    assert keys.initials.split() == ["cq", "zq", "tq"]


def test_other_readings_stop_at_the_legal_form_of_a_company():
    keys = search_keys("长风有限公司")
    assert keys.pinyin.split()[0].endswith("youxiangongsi")
    assert not any("youxian" in spelling for spelling in keys.pinyin.split()[1:])
    assert "changfeng" in keys.pinyin.split()


@pytest.mark.parametrize(
    "typed, searched",
    [
        ("  Zhōng Guó ", "zhongguo"),
        ("\uff43\uff51", "cq"),
        ("重 庆", "重庆"),
        ("100%_", "100"),  # nothing that LIKE would read as a pattern
        ("🚗", ""),
        ("", ""),
    ],
)
def test_what_is_typed_is_made_plain(typed, searched):
    assert needle(typed) == searched


@pytest.mark.parametrize("name", ["恶阿" * 4, "阿恶呃" * 3, "恶阿" * 100, "A" * 200, "\ufdfa" * 200])
def test_initials_fit_their_column(name):
    initials = search_keys(name).initials
    assert 0 < len(initials) <= INITIAL_LETTERS
    assert len({len(each) for each in initials.split()}) == 1, "none of them is cut short"


def test_a_character_nobody_can_read_is_searched_for_as_itself():
    unread = "\U0002a6d6"
    assert search_keys(f"李{unread}").pinyin == f"li{unread}"
    assert needle(f"li {unread}") == f"li{unread}"


@settings(deadline=None)  # the first call loads the dictionary of pypinyin
@given(HANZI)
@example("行长" * 20)
@example("单于尉行长曾重")
def test_keys_have_a_limit_and_the_usual_reading_is_always_there(name):
    keys = search_keys(name)
    usual = keys.pinyin.split()[0]
    assert len(keys.pinyin) <= max(KEY_LETTERS, len(usual))
    assert len(keys.initials) <= len(keys.pinyin)
    assert len(keys.initials.split()[0]) == len(name)


@settings(deadline=None)  # the first call loads the dictionary of pypinyin
@given(st.text(max_size=60))
def test_any_name_has_keys_in_small_letters_and_digits(name):
    for key in search_keys(name):
        assert all(letter == " " or letter.isalnum() for letter in key)
        assert unicodedata.is_normalized("NFC", key)


@settings(deadline=None)  # the first call loads the dictionary of pypinyin
@given(st.text(st.characters(max_codepoint=0x17F), max_size=30))
def test_a_latin_name_is_found_by_itself(name):
    assert needle(name) in search_keys(name).pinyin
