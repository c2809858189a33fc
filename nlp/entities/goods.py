"""Kinds of goods and services that are precise enough to count by: heads, and what stands before them."""

from nlp.entities.words import words as listed

HEADS = listed(
    """
    account bed bike bin blanket box bundle cable camera card case chair cover desk door edition fan filter flat
    hamper insurance isa jacket kit lamp lease licence license light line loan lock locker machine membership
    module mortgage package pan pass permit phone plan policy pump rack ring rug saw seat service shelf shoes
    stand subscription table tariff ticket tier top train tray unit voucher warranty watch window
    """
)
"""Sold by their kind, which alone says too little: a product only after a word of KINDS."""

KINDS = listed(
    """
    adult air annual baby basic bathroom beginner bluetooth boarding boiler bread breakdown breakfast broadband
    buildings bunk bus business car cargo cat charity child class coffee commercial commuter company contents
    cordless corner corporate couples courtesy credit current day debit deluxe dental desk developer digital
    dining discount dog double dual easy economy electric electricity enterprise espresso essential evening
    executive explorer express family fibre fire first-class fitness fixed fleet flex flexible folding football
    freelance freelancer fridge gaming gap garden gas gift gold graphics green gym hair health hearing heat hire
    home house household hybrid income individual induction international internet interrail joint junior kids
    kitchen landline landlord laptop leather led library life lifetime lite luggage max meal medical memory
    merchant mobile monthly mountain multi-trip music night oak off-peak office online outdoor oven parking party
    patio pension pet phone pizza platinum plus pocket power premium prepaid printer pro professional purchase
    racing railcard recipe recliner recumbent refurbished rental renters resident residents road robot roof
    running savings scheme school season security seller senior service sewing shower silver sim single ski
    sleeper smart smoke sofa solar solo spa standard standing starter steam step storage student studio summer
    support supporter team tennis term till tool touring tourist trade trader trail train travel trial tumble
    unlimited van variable veg vegan video vip washing water wedding weekend weekly wheelchair window winter
    wireless wooden yearly yoga youth
    """
)
"""Tell one deal or thing of a head from another; a word of them before one of THINGS belongs to it, too."""

THINGS = listed(
    """
    aircon amplifier armchair backpack barbecue bassinet bathtub bedframe bicycle blender boiler bookcase bouquet
    bracelet broadband buggy campervan carpet cello charger console cooker cot couch crib cupboard cushion dashcam
    defibrillator dehumidifier dishwasher doorbell dresser drone dryer duvet e-bike e-reader e-scooter earbuds
    earphones ebike freezer fridge generator guitar handset headphones headset heater helmet hob hoodie hoover
    humidifier inverter jeans jumper kayak kettle keyboard kiln landline laptop lawnmower lightbulb loudspeaker
    mattress microphone microwave modem mower multicooker necklace oven paddleboard parasol piano polisher pram
    printer projector pushchair radiator railcard raincoat recliner router rucksack sandals sauna scanner scooter
    sideboard smartphone smartwatch sneakers sofa soundbar speaker stairlift stroller suitcase sunglasses
    telescope tent thermostat toaster toothbrush trainers trampoline treadmill trousers turntable typewriter
    vacuum vase violin wallbox wallpaper wardrobe webcam wheelchair
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
