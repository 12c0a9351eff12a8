"""Which countries an address may name: those that the post can find, by code or by name."""

import unicodedata
from typing import Final

_TWO_LETTERS: Final = """
    ad ae af ag ai al am an ao aq ar as at au aw ax az ba bb bd be bf bg bh bi bj bl bm bn bo bq
    br bs bt bv bw by bz ca cc cd cf cg ch ci ck cl cm cn co cr cu cv cw cx cy cz de dj dk dm do
    dz ec ee eg eh er es et fi fj fk fm fo fr ga gb gd ge gf gg gh gi gl gm gn gp gq gr gs gt gu
    gw gy hk hm hn hr ht hu id ie il im in io iq ir is it je jm jo jp ke kg kh ki km kn kp kr kw
    ky kz la lb lc li lk lr ls lt lu lv ly ma mc md me mf mg mh mk ml mm mn mo mp mq mr ms mt mu
    mv mw mx my mz na nc ne nf ng ni nl no np nr nu nz om pa pe pf pg ph pk pl pm pn pr ps pt pw
    py qa re ro rs ru rw sa sb sc sd se sg sh si sj sk sl sm sn so sr ss st sv sx sy sz tc td tf
    tg th tj tk tl tm tn to tr tt tv tw tz ua ug um us uy uz va vc ve vg vi vn vu wf ws ye yt za
    zm zw
    """
_THREE_LETTERS: Final = """
    abw afg ago aia ala alb and are arg arm asm ata atf atg aus aut aze bah bdi bel ben bes
    bfa bgd bhs bih blg blm blr blz bmu bol bra brb brn btn bvt bwa caf can cck che chl chn
    civ cmr cod cog cok col com cpv cri cub cuw cxr cym cyp cze deu dji dma dnk dom dza ecu
    egy eri esh esp est eth fin fji flk fra fro fsm gab gbr geo ggy gha gib gin glp gmb gnb
    gnq grc grd grl gua guf gum guy hkg hmd hnd hrv hti hun idn imn ind iot irl irn irq isl
    isr ita jam jey jor jpn kaz ken kgz khm kir kna kor kwt lao lbn lbr lby lca lie lka lso
    ltu lux lva mac maf mco mda mdg mdv mex mhl mkd mli mlt mmr mne mng mnp mor moz mrt msr
    mtq mus mwi mys myt nam ncl ner nfk nga nic niu nld nor npl nru nzl omn pak pan pcn per
    phl plw png pol pri prk prt pry pse pyf qat reu rou rus rwa sau sdn sen sgp sgs shn sjm
    slb sle slv smr som spm srb ssd stp sur svk svn swe sxm syc syr szw tca tcd tgo tha tjk
    tkl tkm tls ton tto tun tur tuv twn tza uga ukr umi ury usa uzb vat vct ven vgb vir vnm
    vtu wlf wsm xkk yem zaf zmb zwe
    """
"""Of ISO 3166."""
_NAMES: Final = """
    afganistan|afghanistan|aland islands|albania|alemania|algeria|american samoa|andorra|angola|
    anguila|anguilla|antarctica|antartida|antigua and barbuda|antigua y barbuda|
    antillas holandesas|arabia saudita|argelia|argentina|armenia|aruba|australia|austria|
    azerbaijan|azerbaiyan|bahamas|bahrain|bangladesh|barbados|belarus|belgica|belgium|belice|
    belize|benin|bermuda|bermudas|bhutan|bielorrusia|bolivia|bonaire, san eustaquio y saba|
    bonaire, sint eustatius and saba|bosnia and herzegovina|bosnia y hercegovina|botsuana|
    botswana|bouvet island|brasil|brazil|british indian ocean territory|british virgin islands|
    brunei|bulgaria|burkina faso|burma|burundi|butan|cabo verde|cambodia|camboya|cameroon|
    camerun|canada|cape verde|cayman islands|central african republic|cesko|chad|chequia|chile|
    china|chipre|christmas island|ciudad del vaticano|cocos islands|colombia|comores|comoros|
    congo|cook islands|corea del norte|corea del sur|costa de marfil|costa rica|cote d'ivoire|
    croacia|croatia|cuba|curacao|cyprus|czech republic|danmark|denmark|deutschland|dinamarca|
    djibouti|dominica|dominican republic|ecuador|ee. uu.|ee.uu.|eesti|eeuu|egipto|egypt|eire|
    el salvador|emiratos arabes unidos|england|equatorial guinea|eritrea|escocia|eslovaquia|
    eslovenia|espana|estados unidos|estados unidos de america|estonia|ethiopia|etiopia|
    falkland islands|faroe islands|fiji|filipinas|finland|finlandia|fiyi|france|francia|
    french guiana|french polynesia|french southern territories|gabon|gambia|georgia|germany|
    ghana|gibraltar|granada|great britain|grecia|greece|greenland|grenada|groenlandia|guadalupe|
    guadeloupe|guam|guatemala|guayana francesa|guernsey|guinea|guinea ecuatorial|guinea-bissau|
    guyana|haiti|heard island and mcdonald islands|holanda|holland|honduras|hong kong|hrvatska|
    hungary|hungria|iceland|india|indonesia|inglaterra|iran|iraq|ireland|irlanda|isla bouvet|
    isla christmas|isla de man|isla norfolk|island|islandia|islas aland|islas caiman|islas cocos|
    islas cook|islas feroe|islas georgia del sur y sandwich del sur|islas heard y mcdonald|
    islas malvinas|islas marianas del norte|islas marshall|
    islas menores alejadas de los estados unidos|islas pitcairn|islas salomon|
    islas turcas y caicos|islas virgenes americanas|islas virgenes britanicas|isle of man|israel|
    italia|italy|ivory coast|jamaica|japan|japon|jersey|jordan|jordania|kazajstan|kazakhstan|
    kenia|kenya|kirguizistan|kiribati|korea|kosovo|kuwait|kyrgyzstan|laos|latvia|latvija|lebanon|
    lesotho|lesoto|letonia|libano|liberia|libia|libya|liechtenstein|lietuva|lithuania|lituania|
    luxembourg|luxemburgo|macao|macedonia|madagascar|magyarorszag|malasia|malaui|malawi|malaysia|
    maldivas|maldives|mali|malta|marruecos|marshall islands|martinica|martinique|mauricio|
    mauritania|mauritius|mayotte|mexico|mexique|micronesia|moldavia|moldova|monaco|mongolia|
    montenegro|montserrat|morocco|mozambique|myanmar|namibia|nauru|nederland|nepal|netherlands|
    netherlands antilles|new caledonia|new zealand|nicaragua|niger|nigeria|niue|norfolk island|
    norge|north korea|northern ireland|northern mariana islands|noruega|norway|nueva caledonia|
    nueva zelanda|oman|osterreich|pakistan|palaos|palau|palestina|palestine|panama|
    papua new guinea|paquistan|paraguay|peru|philippines|pilipinas|pitcairn|poland|
    polinesia francesa|polonia|polska|portugal|puerto rico|qatar|reino unido|republic of ireland|
    republic of korea|republica centroafricana|republica democratica del congo|
    republica dominicana|reunion|romania|ruanda|rumania|rusia|russia|russian federation|rwanda|
    sahara occidental|saint barthelemy|saint helena|saint kitts and nevis|saint lucia|
    saint martin|saint pierre and miquelon|saint vincent and the grenadines|samoa|
    samoa americana|san bartolome|san cristobal y nieves|san marino|san martin|
    san martin (region holandesa)|san pedro y miquelon|san vicente y las granadinas|santa helena|
    santa lucia|santo tome y principe|sao tome and principe|saudi arabia|schweiz|scotland|
    senegal|serbia|seychelles|sierra leona|sierra leone|singapore|singapur|
    sint maarten (dutch part)|siria|slovakia|slovenia|slovenija|slovensko|solomon islands|
    somalia|south africa|south georgia and the south sandwich islands|south korea|south sudan|
    spain|srbija|sri lanka|suazilandia|sudafrica|sudan|sudan del sur|suecia|suisse|suiza|suomi|
    surinam|suriname|svalbard and jan mayen|svalbard y jan mayen|sverige|swaziland|sweden|
    switzerland|syria|tailandia|taiwan|tajikistan|tanzania|tayikistan|
    territorio britanico del oceano indico|territorios franceses del sur|thailand|the bahamas|
    the democratic republic of congo|the gambia|the netherlands|the united states|timor oriental|
    timor-leste|togo|tokelau|tonga|trinidad and tobago|trinidad y tobago|tunez|tunisia|turkey|
    turkiye|turkmenistan|turks and caicos islands|turquia|tuvalu|u.k.|u.s.|u.s. virgin islands|
    u.s.a.|ucrania|uganda|uk|ukraine|united arab emirates|united kingdom|united states|
    united states minor outlying islands|united states of america|uruguay|uzbekistan|vanuatu|
    vatican|venezuela|viet nam|vietnam|wales|wallis and futuna|wallis y futuna|western sahara|
    yemen|yibuti|zambia|zimbabue|zimbabwe|ελλαδα|россия|украіна|ישראל|السعودية|ایران|भारत|
    대한민국|中国|日本
    """
"""In English and Spanish, some in their own language, and what people write that no list has; in
small letters, without accents."""


def is_country(text: str) -> bool:
    """'MX', 'MEX', 'Mexico', 'México'. Capitals and accents do not matter."""
    return _plain(text) in KNOWN


def _plain(text: str) -> str:
    words = " ".join(text.split()).casefold().replace("’", "'")
    parts = unicodedata.normalize("NFKD", words)
    return "".join(sign for sign in parts if not unicodedata.combining(sign))


KNOWN: Final = frozenset(
    [
        *_TWO_LETTERS.split(),
        *_THREE_LETTERS.split(),
        *(_plain(name) for line in _NAMES.splitlines() for name in line.split("|")),
    ]
) - {""}
