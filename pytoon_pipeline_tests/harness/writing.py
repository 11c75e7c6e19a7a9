"""Sentences in many scripts, and emoji of every kind."""

from collections.abc import Iterator

# Script (ISO 15924) → “Fresh coffee today” in a language that is written in it.
SENTENCES = {
    "Latn": "Fresh coffee today",
    "Grek": "Φρέσκος καφές σήμερα",
    "Cyrl": "Свежий кофе сегодня",
    "Armn": "Թարմ սուրճ այսօր",
    "Geor": "ახალი ყავა დღეს",
    "Hebr": "קפה טרי היום",
    "Arab": "قهوة طازجة اليوم",
    "Thaa": "މިއަދު ކޮފީ",
    "Deva": "आज ताज़ी कॉफ़ी",
    "Beng": "আজ তাজা কফি",
    "Guru": "ਅੱਜ ਤਾਜ਼ੀ ਕੌਫੀ",
    "Gujr": "આજે તાજી કોફી",
    "Orya": "ଆଜି ତାଜା କଫି",
    "Taml": "இன்று புதிய காபி",
    "Telu": "ఈరోజు తాజా కాఫీ",
    "Knda": "ಇಂದು ತಾಜಾ ಕಾಫಿ",
    "Mlym": "ഇന്ന് പുതിയ കാപ്പി",
    "Sinh": "අද නැවුම් කෝපි",
    "Thai": "กาแฟสดใหม่วันนี้",
    "Laoo": "ກາເຟສົດມື້ນີ້",
    "Mymr": "ယနေ့ ကော်ဖီ",
    "Khmr": "កាហ្វេស្រស់ថ្ងៃនេះ",
    "Ethi": "ዛሬ ትኩስ ቡና",
    "Cher": "ᎪᎯ ᎢᎦ ᎧᏫ",
    "Cans": "ᐅᓪᓗᒥ ᑳᐱ",
    "Hans": "今天的新鲜咖啡",
    "Hant": "今天的新鮮咖啡",
    "Jpan": "今日の新しいコーヒー",
    "Hang": "오늘의 신선한 커피",
    "Bopo": "ㄐㄧㄣ ㄊㄧㄢ ㄎㄚ ㄈㄟ",
    "Tfng": "ⵇⴰⵀⵡⴰ ⴰⵙⵙⴰ",
    "Nkoo": "ߞߝߋ ߓߌ߬",
}
REGIONS = [
    "AR",
    "AU",
    "BR",
    "CA",
    "CH",
    "CN",
    "DE",
    "EG",
    "ES",
    "FR",
    "GB",
    "ID",
    "IN",
    "IT",
    "JP",
    "KE",
    "KR",
    "MX",
    "NG",
    "NL",
    "PL",
    "PT",
    "SE",
    "TR",
    "UA",
    "US",
    "ZA",
]
ROLES = "⚕️🌾🍳🎓🎤🎨🏫🏭💻💼🔧🔬🚀🚒"


def emoji_sequences() -> Iterator[str]:
    """Emoji by the properties of Unicode: single, with skin tones, keycaps, flags, and joined ones."""
    from uniseg.emoji import emoji, emoji_component, emoji_modifier_base, emoji_presentation
    from uniseg.graphemecluster import grapheme_clusters

    for char in map(chr, range(0x203C, 0x1FAFF)):
        if emoji(char) and not emoji_component(char):
            yield char if emoji_presentation(char) else char + "\ufe0f"
            # The family has no skin tones in Unicode's list of sequences for interchange (RGI).
            if emoji_modifier_base(char) and char != "👪":
                yield from (char + chr(tone) for tone in range(0x1F3FB, 0x1F400))
    yield from (key + "\ufe0f\u20e3" for key in "#*0123456789")
    yield from ("".join(chr(0x1F1E6 + ord(letter) - ord("A")) for letter in region) for region in REGIONS)
    yield from (f"{person}\u200d{role}" for person in "👨👩🧑" for role in grapheme_clusters(ROLES))
    yield from ("🏴󠁧󠁢󠁥󠁮󠁧󠁿", "🏳️‍🌈", "🏴‍☠️", "❤️‍🔥", "🐻‍❄️", "👁️‍🗨️", "😮‍💨", "👩🏽‍💻", "🧔🏿‍♂️")
