"""Visits and tests that are no imaging, by the words of those who book and order them.

A scheduling or order feed of a whole hospital tells of every visit of everybody who is followed.
What is known as something else needs no person; what might be an exam does.
"""

import re
from typing import Final

_MAY_BE_IMAGING: Final = re.compile(
    r"\bct[a-z]?\b|\bmri?\b|\bmrcp\b|\bmra\b|\bpet\b|\bus[gs]?\b|\bceus\b|ultraso|sono|tomogr"
    r"|magnetic|contrast|imag|scan|radiol|x-?ray|\bxr\b|\brx\b|doppler|echo\b|gadox|primovist"
    r"|eovist|ecograf|resonancia|\btac\b|contraste|radiograf",
    re.IGNORECASE,
)
_SOMETHING_ELSE: Final = re.compile(
    # visits
    r"clinic\b|out-?patient|consult|visit|check-?up|\bgp\b|telephone|video call|pre-?op"
    r"|pre-?assess|anaesth|anesth|counsel|therap|physio|rehab|dieti[ct]|nutrition|psych|social work"
    r"|podiat|chiropod|audiol|hearing|optom|ophthal|\beyes?\b|retina|dent(?:al|ist)|hygienist"
    r"|orthodon|midwi|antenatal|ward round|day ?case|infusion|transfus|dialys|dressing|wound"
    r"|vaccin|immuni[sz]|\bjab\b|injection|consulta\b|vacuna|fisioterap|rehabilit"
    # tests that make no pictures
    r"|blood|\bcbc\b|\bfbc\b|full count|haemato|hemato|h[ae]+moglob|\bhba1c\b|electrolyt|\bu&e"
    r"|\blfts?\b|function tests?|panel\b|serolog|urinal|urine|stool|f(?:a)?ecal|culture|swab"
    r"|cytolog|smear|histolog|patholog|specimen|glucose|lipid|ferritin|coagul|\binr\b|\bafp\b"
    r"|fetoprotein|antigen|antibod|viral load|\bpcr\b|anal[ií]tica|hemograma|\becg\b|\bekg\b"
    r"|electrocard|\beeg\b|\bemg\b|spirom|lung function|holter|sleep study|treadmill|allergy test"
    # looking inside, and operations
    r"|colonosc|gastrosc|endosc|\bogd\b|\begd\b|sigmoidosc|bronchosc|cystosc|hysterosc|arthrosc"
    r"|laparosc|laparotom|surger|surgical|operation|theatre|ectomy\b|plasty\b|hernia repair"
    r"|cirug[ií]a|colonoscopia",
    re.IGNORECASE,
)  # fmt: skip


def is_another_service(words: str) -> bool:
    """Whether the words name a visit, a test or an operation, and nothing that may be imaging."""
    return bool(_SOMETHING_ELSE.search(words)) and not _MAY_BE_IMAGING.search(words)
