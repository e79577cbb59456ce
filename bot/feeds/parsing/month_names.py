"""Month names in the languages of trade news, for parsing publication dates."""

import unicodedata
from collections.abc import Mapping

# Twelve names per line, January first: English, German, French, Spanish, Portuguese, Italian,
# Dutch, Swedish, Danish, Norwegian, Polish (two cases), Czech (two cases), Romanian, Hungarian,
# Finnish, Turkish, Indonesian, Malay, Russian (two cases), Ukrainian (two cases), Greek, Arabic and
# Hebrew.
_NAMES = """
january february march april may june july august september october november december
januar februar märz april mai juni juli august september oktober november dezember
janvier février mars avril mai juin juillet août septembre octobre novembre décembre
enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre
janeiro fevereiro março abril maio junho julho agosto setembro outubro novembro dezembro
gennaio febbraio marzo aprile maggio giugno luglio agosto settembre ottobre novembre dicembre
januari februari maart april mei juni juli augustus september oktober november december
januari februari mars april maj juni juli augusti september oktober november december
januar februar marts april maj juni juli august september oktober november december
januar februar mars april mai juni juli august september oktober november desember
styczeń luty marzec kwiecień maj czerwiec lipiec sierpień wrzesień październik listopad grudzień
stycznia lutego marca kwietnia maja czerwca lipca sierpnia września października listopada grudnia
leden únor březen duben květen červen červenec srpen září říjen listopad prosinec
ledna února března dubna května června července srpna září října listopadu prosince
ianuarie februarie martie aprilie mai iunie iulie august septembrie octombrie noiembrie decembrie
január február március április május június július augusztus szeptember október november december
tammikuuta helmikuuta maaliskuuta huhtikuuta toukokuuta kesäkuuta heinäkuuta elokuuta syyskuuta \
lokakuuta marraskuuta joulukuuta
ocak şubat mart nisan mayıs haziran temmuz ağustos eylül ekim kasım aralık
januari februari maret april mei juni juli agustus september oktober november desember
januari februari mac april mei jun julai ogos september oktober november disember
январь февраль март апрель май июнь июль август сентябрь октябрь ноябрь декабрь
января февраля марта апреля мая июня июля августа сентября октября ноября декабря
січень лютий березень квітень травень червень липень серпень вересень жовтень листопад грудень
січня лютого березня квітня травня червня липня серпня вересня жовтня листопада грудня
ιανουαρίου φεβρουαρίου μαρτίου απριλίου μαΐου ιουνίου ιουλίου αυγούστου σεπτεμβρίου οκτωβρίου \
νοεμβρίου δεκεμβρίου
يناير فبراير مارس أبريل مايو يونيو يوليو أغسطس سبتمبر أكتوبر نوفمبر ديسمبر
ינואר פברואר מרץ אפריל מאי יוני יולי אוגוסט ספטמבר אוקטובר נובמבר דצמבר
"""
_SHORT = {"mrt": 3, "janv": 1, "juil": 7}
_MIN_CHARS = 3


def fold_name(name: str) -> str:
    """The name in lower case and without accents."""
    plain = unicodedata.normalize("NFD", name.casefold().replace("ı", "i"))
    return "".join(char for char in plain if not unicodedata.combining(char))


def _collect_names() -> Mapping[str, int]:
    """Each name, each beginning of an English name, and each other clear beginning."""
    meanings: dict[str, set[int]] = {}
    names: dict[str, int] = dict(_SHORT)
    english, *others = _NAMES.strip().splitlines()
    for line in (english, *others):
        for number, word in enumerate(line.split(), start=1):
            name = fold_name(word)
            starts = [name[:size] for size in range(_MIN_CHARS, len(name) + 1)]
            for start in starts if line is english else (name,):
                names.setdefault(start, number)
            for start in starts:
                meanings.setdefault(start, set()).add(number)
    clear = {start: number for start, (number, *more) in meanings.items() if not more}
    return clear | names


MONTH_NUMBERS: Mapping[str, int] = _collect_names()
"""Month numbers by folded name and by abbreviation of three letters or more.

An abbreviation that means different months in two languages is left out, unless it is English.
"""
