"""Kinds of goods and services that are precise enough to count by: heads, and what stands before them."""

from nlp.entities.words import words as listed

HEADS = listed(
    """
    account bag bed bike bin blanket boots box bundle cable camera card case chair charger coat cover desk door
    edition fan filter flat freezer hamper heater insurance isa jacket kit lamp lease licence license light line
    loan lock locker machine mattress membership meter module mortgage oven package pan pass permit phone plan
    policy pump rack ring rug saw seat service shelf shoes sofa stand subscription table tariff tent ticket tier top
    train tray trolley unit voucher warranty watch window
    """
)
"""Sold by their kind, which alone says too little: a product only after a word of KINDS."""

KINDS = listed(
    """
    action adult air annual anytime aqua baby balance bank basic bath bathroom beginner bluetooth boarding boiler
    bread breakdown breakfast broadband buildings bunk bus business car cargo cat charity child class club coffee
    commercial commuter company contents cordless corner corporate cot couples courtesy credit current dash day
    debit deluxe dental desk developer digital dining discount dog doorbell double dslr dual easy economy electric
    electricity enterprise espresso essential evening executive explorer express family fibre fire first-class
    fitness fixed fleet flex flexible folding football free freelance freelancer fridge fuel gaming gap garden gas
    gift gold graphics gravel green gym hair health hearing heat hire home hosting house household hybrid income
    individual induction international internet interrail joint junior kids king kitchen landline landlord laptop
    leather led leisure library life lifetime lite loyalty luggage max meal medical memory merchant mobile monthly
    mountain multi-trip music night oak off-peak office online outdoor oven parking party patio pension pet phone
    pilates pizza platinum plus pocket power premium prepaid printer pro professional purchase racing rail railcard
    recipe recliner recumbent refurbished rental renters resident residents road robot roof running saver savings
    scheme school season security seller senior service sewing shower silver sim single ski sleeper smart smoke sofa
    solar solo spa spin staff standard standing starter steam step storage student studio summer super support
    supporter swim team tennis term till toddler tool touring tourist trade trader trail train travel trial tumble
    unlimited van variable veg vegan video vip washing water wedding weekend weekly wheelchair window winter
    wireless wooden yearly yoga youth
    """
)
"""Tell one deal or thing of a head from another; a word of them before one of THINGS belongs to it, too."""

THINGS = listed(
    """
    aircon amplifier armchair backpack barbecue bassinet bathtub bedframe bicycle bike blender boiler bookcase
    bookshelf boots bouquet bracelet broadband buds buggy camera campervan caravan carpet cello charger coat
    conservatory console cooker cot couch crate crib cupboard curtain cushion dashcam defibrillator dehumidifier
    desk dishwasher doorbell dress dresser drill drone dryer duvet e-bike e-reader e-scooter earbuds earphone
    earphones ebike extractor flute freezer fridge generator greenhouse guitar handset harmonica harp headphones
    headset heater helmet hob hoodie hoover humidifier incubator inverter jacket jeans jumper kayak kettle keyboard
    keyring kiln lamp landline laptop lawnmower lens lightbulb loudspeaker mattress microphone microwave modem mower
    multicooker necklace oven paddleboard parasol piano polisher pram printer projector pushchair radiator railcard
    raincoat recliner robot router rucksack rug saddle sandals sauna scanner scooter shelving shirt shoes sideboard
    skis smartmeter smartphone smartwatch sneakers snowboard sofa soundbar speaker stairlift stroller suitcase
    sunglasses surfboard synthesizer tablet telescope tent thermostat toaster toothbrush trainers trampoline
    treadmill tripod trousers trumpet turntable typewriter vacuum vase violin walker wallbox wallpaper wardrobe
    webcam wetsuit wheelchair yurt
    """
)
"""A facet by their bare name."""

COMPOUNDS = {
    "air fryer", "audio book", "bird feeder", "blue badge", "bread maker", "car loan", "car seat", "cat food",
    "cat litter", "coffee machine", "coffee maker", "courtesy car", "dash cam", "dog bed", "dog food", "e book",
    "electricity meter", "fire alarm", "full fibre", "garden waste", "gas meter", "hair straightener", "hard drive",
    "hearing aid", "heat pump", "heating oil", "hire car", "hot tub", "ice cream maker", "light bulb", "loan car",
    "night train", "paddling pool", "parking space", "personal loan", "personal training", "power bank",
    "prepayment meter", "pressure washer", "rental car", "rice cooker", "school meals", "set top box",
    "sewing machine", "smart lock", "smart meter", "smart plug", "smoke alarm", "smoke detector", "solar panel",
    "student loan", "swimming lessons", "till roll", "tv box", "washing machine", "water meter",
}  # fmt: skip
"""Kinds of two or three words."""
