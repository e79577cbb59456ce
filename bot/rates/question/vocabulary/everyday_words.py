"""Ordinary English words, which name no goods, in a question that is a whole sentence.

`is_everyday` recognizes a verb in all its forms: `retaliate`, `retaliates`, `retaliated`. Words
that may describe goods have only the forms that do not: `read` and `running`, but not `reading`,
because of `reading glasses`.
"""

_ASKING_VERBS = frozenset(
    str.split(
        "accept achieve acknowledge add address admit advise affect afford agree aim allow "
        "announce answer anticipate apologise apologize appear appreciate arrange arrive ask "
        "assess assist assume assure attach await believe belong bother bring calculate carry "
        "choose cite clarify classify clear collect come comment commit complete confirm "
        "confuse consider consist consult continue correspond count decide declare deem define "
        "delay describe deserve determine disagree discuss elaborate emerge enable encounter "
        "end enjoy enquire ensure enter estimate evaluate exist expect experience expire "
        "explain explore facilitate finalize find follow forecast foresee forward gain guess "
        "handle hesitate hope identify imagine imply include increase incur indicate inform "
        "inquire insist intend invest investigate involve issue keep lapse learn leave locate "
        "maintain manage matter mention mind notice notify obtain occur offer order outline plan "
        "ponder prefer prepare presume prioritize proceed prove provide publish punish quote rank "
        "realize recall receive recommend refer reflect regard reinstate relate rely remain "
        "remember remind remove repeal reply report require resolve respond reveal review rule "
        "save schedule seek seem send speculate spend state stop suggest summarise summarize "
        "suppose suspend talk tend terminate thank treat try turn update verify wait wish "
        "withdraw worry write"
    )
)
"""Verbs of asking and stating, and of the course of a duty. An answer fits without them."""
_TELLING_VERBS = frozenset(
    str.split(
        "accord adjust amend approve argue assemble attempt attend avoid benefit cancel cause "
        "challenge complain comply conclude convince cope decline dedicate deduct defend "
        "deliver demand deny depart depend differ disappear distinguish enforce entitle "
        "escalate exceed extend fear forget gather guarantee ignore implement introduce invite "
        "join justify liquidate lose miss modify negotiate opt outweigh participate persist "
        "prevent promise propose protect purchase qualify ratify react reconsider refuse "
        "reject relocate retaliate revise satisfy shift skip solve split submit succeed suffer "
        "suspect threaten trigger unload upset vote waive warn"
    )
)
"""Other verbs. A question may mean something else without them: `forgets to claim`."""
_WORDS = frozenset(
    str.split(
        "about above abroad absolutely according accurate accurately across actual adidas afraid "
        "afterwards ahead ain't alabama alaska almost along alongside alright although altogether "
        "always am among anybody anyhow anymore anything anyway anywhere apart apparently apply "
        "applying approx approximate approximately are arizona arkansas around aside assume "
        "atlanta attention attract attracts audi author authorities available aware away awesome "
        "awful bad badly barely based basically be because became become becomes been beforehand "
        "began begin behind being below beyond biggest bit blog bmw boston both bother brief "
        "briefly bring broad broadly broker brokers brought bunch but buyer buyers california came "
        "can can't cannot category ceo certain certainly cfo chance chances charge charges "
        "charging cheers chicago chief children's cited clause clear clearer clearly clue "
        "colleagues colorado comes coming common companies compliance concern concerned concerning "
        "concise conclusion confident confused confusing connecticut consequently consignee "
        "constantly contacted correct correctly couldn't counsel couple course cover covering "
        "covers crazy curious currently dallas damage damn deadline dear decision decisions "
        "definitely delaware department detailed details detroit did didn't different directly dji "
        "does doing don't done double doubt drop dropped dropping due dunno each easily easy "
        "economist editor effectively either else elsewhere email enough entire entirely entity "
        "entries entry equal equally especially essentially etc ever every everybody everyone "
        "everything everywhere exact example exist existing expert extra extremely fact factories "
        "factory facts fair fairly fall falling falls false familiar fancy far favor favour "
        "feasible fee feel fees fell few fewer fifth file filed filing finally firm firms florida "
        "focus folks former formerly forth fortunate fourth frankly free frequently friend friends "
        "fully further furthermore future gave generally gentle gimme given gives glad gladly goal "
        "gone gonna gotta government grateful great greatly greetings had hadn't half happy hardly "
        "has hasn't have haven't hawaii he hear heard hears hence her here hereby hers hi him hint "
        "his hmm holding honda honest honestly houston however huawei huge hyundai i'd i'll idaho "
        "idea ideal ideally ideas ikea illinois immediate immediately imminent importing "
        "impossible inclusive incorrect indeed indiana indirectly individual initially inside "
        "instance instead interested interesting into invoice iowa issue it'd it'll itself job "
        "journalist journalists just kansas keen kentucky kept key kia kids kind kindly kinds knew "
        "known knows lack law lawyer lawyers left lemme less lesser let lift lifting like likely "
        "likewise list listed lists little lol longer looks lot lots louisiana love luck maine "
        "mainly majority makes manager manufacturer many maryland massachusetts maybe mazda me "
        "meant meanwhile meeting men's mention mercedes mere merely method miami michigan might "
        "mine minnesota mississippi missouri mistake moment montana more moreover mostly move "
        "moving must my myself namely near nearby nearly nebraska necessarily necessary neither "
        "nevada never nevertheless nice nike nissan nobody none nonetheless nor normal normally "
        "note noted nothing noticed notwithstanding nowadays nowhere oakland obvious obviously "
        "occasionally offhand official officials often ohio oklahoma ones onto oops opinion option "
        "options oregon others otherwise ought ours ourselves out outcome outside own owned owns "
        "particular particularly partly pending pennsylvania people percent percentage perfect "
        "perhaps period person perspective piece pissed please plenty point points policy politely "
        "possible possibly potential potentially practically practice precise precisely preferably "
        "present presently pretty price prices pricing primarily prior probably problem problems "
        "procurement production production's professor project proper properly purpose purposes "
        "put q quickly quite quoted raise raised raises raising ran rapid rapidly rather readers "
        "ready real realistic realistically reason reasonable reasons recap receive recently "
        "reference regardless regards related relation relative relatively relevant remainder "
        "reporter reporters respect respectively response rest result results retailer return "
        "returned returning rn run samsung savannah saw saying scared scenario seattle secondly "
        "seller sellers sense sent serious seriously several she she'd ship shipped short shortly "
        "shouldn't similar similarly simple simply single sir size slightly smart somebody somehow "
        "somewhat somewhere sony soon sorry sort sorts sourcing stack stacking stacks started "
        "stated stay stayed stays story strictly stuck student subaru subject such sudden suddenly "
        "sufficient supplier suppliers supposedly surely surprised team tell telling tells "
        "temporarily tennessee terms terrible texas thanks thankyou that'll theirs them themselves "
        "then thereby therefore therein thereof they'd they'll they've third this thorough "
        "thoroughly those though thought thoughts threat through throughout thus till time times "
        "tired together told too took topic topics totally toward towards toyota trader traders "
        "treated trivial trouble true truly trump truth twice type types typical typically "
        "uncertain unclear understanding understood unfortunately unless unlike upon urgently "
        "useful usual usually utah valid various verdict vermont versions very via view views "
        "volkswagen vw wanna was wasn't way ways we'll we've website weekend weird welcome well "
        "went weren't what'll whatever whenever whereas wherever while who'd who'll whom whose wht "
        "wider willing wisconsin wise women's wondered word words work working works worried worth "
        "would wouldn't wow wrong wrote wyoming yeah yep yet you'll you're you've your yours "
        "yourself yup madam sirs"
    )
)
"""Other words, only in this form."""
_GOODS_TOO = frozenset({"saw", "ship"})
"""Words of these that are goods after one of `_BEFORE_GOODS`: `duty on ship`.

`lift`, `short` and `brief` are goods only in the plural.
"""
_BEFORE_GOODS = frozenset({"on", "of", "for", "import", "imports", "importing"})
_DOUBLED = frozenset("bdglmnprt")


def _list_forms(verb: str) -> tuple[str, ...]:
    """The forms of a regular verb: `plan`, `plans`, `planned`, `planning`."""
    stem = verb.removesuffix("e")
    third = f"{verb}es" if verb.endswith(("s", "x", "z", "ch", "sh")) else f"{verb}s"
    forms = [verb, third, f"{stem}ed", f"{stem}ing"]
    if verb.endswith("y"):
        forms += [f"{verb[:-1]}ies", f"{verb[:-1]}ied"]
    if verb[-1] in _DOUBLED:
        forms += [f"{verb}{verb[-1]}ed", f"{verb}{verb[-1]}ing"]
    return tuple(forms)


_TELLING = frozenset(form for verb in _TELLING_VERBS for form in _list_forms(verb)) - _WORDS
_EVERYDAY = _WORDS | _TELLING | {form for verb in _ASKING_VERBS for form in _list_forms(verb)}


def is_everyday(word: str, before: str = "") -> bool:
    """Whether the word, in lower case and after `before`, is ordinary and names no goods."""
    return word in _EVERYDAY and not (word in _GOODS_TOO and before in _BEFORE_GOODS)


def is_telling(word: str) -> bool:
    """Whether a question may mean something else without this ordinary word: `forgets`."""
    return word in _TELLING


_OTHERS = frozenset(
    str.split(
        "accelerated accountant acres activates addiction addictive administrative "
        "administrator advances aesthetic aides aired albert altitude amplified analysts angel "
        "angela angels appealing archeological architecture attacked attacking attitude "
        "audition authorize balanced bandaged barbeque barking basil battling beasts beatings "
        "beginner benign beside bets bide biding blacking blazes boast boasting boning boost "
        "bores borne branding breached breaches buzzes calms candid capital carte cartoon "
        "cartoons cary castle catches caving chances chanting charter chatter child chill "
        "chills chomping choppers christian christians christmases chucking cinematography "
        "circuitry clanging cleansed cling clippings closes clotting coloured comforted "
        "commence commenced commissioned commissioner commissioners commuter compares "
        "compassion compete competed competing complaint complaints compliments composer "
        "conditional conditioned condo conducts conga constructing constructive consumed "
        "consumes contests contract contractions contracts converge converse converted "
        "converts cooing cooperation cooperative copped copping corps corral correlation "
        "countess counties county cowering cramping crashing craved craving crushes cure "
        "curing curled customers cuter dames dances dares daring dawning declaration decreased "
        "defied deleted deli democrats departmental deportation deprived derives designer "
        "deterrent developer diary diseased dispense dispensed ditch divers diving domino "
        "doubting drifting drowning dumpling dumplings dunes earnings easing election "
        "electrician emergence emigrated endorsement entirety erases eternal excavation "
        "exiting exorcise expendable expresses faction factions farce fare farmed father "
        "fathers fatten favored favoring fertilize fiction flattering flicking flocking "
        "flooding forces francs freeing freelance fright fuelled fussing gallon geek geeks "
        "generations genetics glaciers gods graduates graves greets grinning hacked handing "
        "handlers harnessed harvested haters hating haunting hear hears helen herd hoard "
        "hungry incorporated indie infection infections inferior inflated inland instilled "
        "insulted insulting intentional inverted investigative investigators invitations iris "
        "isolated killer kites kitty koala lana lashes leaning leases lest librarian "
        "lightening lone macho mania manufacturer marcus mare marian marie marina mario "
        "marital marshal marshals maternal matron mile miles moans modelling moses multiply "
        "navigate neal nether nicer officer officers officially outsiders overhear overheard "
        "pacing pained papa parish parley partnered peace peking penalty perks picked picking "
        "pickings pictured pierce pinching pining plague plating pleas pleased pleases "
        "pointers polls popping pores poses potions practise precedent prepping presence "
        "presents preserves presidency presiding pretentious previous pristine privates probes "
        "proceedings professors profiled progressing prolonged prosecutors protesting "
        "protestors proud provider pushes quarts quit quits raids realization recorded "
        "recovers reduces regulate regulatory relaxing relaying religions republican "
        "republicans reputations resides resolution retreated retreating reverence revolting "
        "revolves ridding rising rots rotting routes samba santa savings scandals scares "
        "scored scoring scouting scouts scrapes searches searing sedan seeping serves sewers "
        "sharing shattering shatters shelling shocking shooters shorting shouting sickly "
        "simulation sings sipping sitter sitting slices slipping smelling smoldering snickers "
        "snorting soldiers somber soul span sparking sped spelling spilt spin spotting "
        "spouting stages stalling stares staring starring startling starving statutes stickers "
        "stings stint stitched stitching stomping strapped streaming striped strolled "
        "structured stutter stuttering substituted suction sunk supper supplied supplier "
        "suppliers supporter surfaced surgeon surname susan swearing swimmers swims switched "
        "tasted telephoned thinkers thrashed thrashing threats thump tides timed titles toga "
        "towering tracer tracking traded trail tramp transformed transmitter transportation "
        "transported trapping travelers travelling treated treats trough truckers trust trusts "
        "tumor tunes unite unites universe untied uploading vanish vanished vanishes verge "
        "verse verses vince wages wakes waking walks watchers watered whine whiter widows "
        "wielding withheld worships yelled"
    )
)
"""More English words, which are almost the names of economies or goods: `tunes`, `span`."""


def is_other_english(word: str) -> bool:
    """Whether the word, in lower case, is English, although it is almost another name."""
    return word in _OTHERS
