namespace Pipeline.Cli.Generate;

/// <summary>One kind of product the shop sells: the words of its names, its prices, its season.</summary>
/// <param name="Name">As in the catalogue.</param>
/// <param name="MedianCents">Median price.</param>
/// <param name="Spread">Deviation of the price's logarithm.</param>
/// <param name="PeakDay">Day of the year (1 to 365) of the seasonal peak.</param>
/// <param name="Strength">Percent by which the peak lifts demand; 0 for none.</param>
/// <param name="Materials">Words between the colour and the noun, separated by bars.</param>
/// <param name="Nouns">Product nouns, separated by bars; no noun occurs in two categories, so names are distinct.</param>
internal sealed record CategoryKind(
    string Name, int MedianCents, double Spread, int PeakDay, int Strength, string Materials, string Nouns)
{
    /// <summary>All kinds. A shop of n categories sells the first n; the order is part of the output.</summary>
    public static readonly CategoryKind[] All =
    [
        new("Tea and Coffee", 1890, 0.55, 340, 60, "Enamel|Stoneware|Porcelain|Glass|Copper|Bamboo",
            "Teapot|Tea Cup|Saucer|Sugar Bowl|Milk Jug|Tea Tray|Tea Strainer|Coffee Pot|Espresso Cup|Tea Caddy"),
        new("Garden", 2490, 0.75, 115, 220, "Terracotta|Zinc|Willow|Steel|Cedar|Slate",
            "Planter|Watering Can|Hand Trowel|Plant Stand|Bird Bath|Seed Box|Trellis|Garden Stool|Potting Tray|Hose Reel"),
        new("Gifts", 1290, 0.60, 348, 300, "Paper|Velvet|Tin|Wooden|Glass|Felt",
            "Gift Box|Keepsake Chest|Photo Album|Music Box|Snow Globe|"
            + "Wish Jar|Ornament Set|Advent Calendar|Trinket Dish|Guest Book"),
        new("Toys", 1990, 0.65, 345, 260, "Wooden|Plush|Felt|Tin|Cotton|Cardboard",
            "Stacking Tower|Toy Train|Rag Doll|Spinning Top|Puzzle|"
            + "Building Blocks|Pull-Along Duck|Play Kitchen|Dollhouse|Rattle"),
        new("Lighting", 4990, 0.70, 310, 90, "Brass|Glass|Rattan|Linen|Ceramic|Concrete",
            "Table Lamp|Pendant Lamp|Floor Lamp|Wall Lamp|Lantern|"
            + "Night Light|Reading Lamp|Lamp Shade|String Lights|Tealight Holder"),
        new("Knitwear", 5490, 0.50, 350, 180, "Merino|Lambswool|Cashmere|Alpaca|Cotton|Mohair",
            "Cardigan|Scarf|Beanie|Mittens|Jumper|Poncho|Leg Warmers|Knitted Vest|Snood|Knee Socks"),
        new("Stationery", 890, 0.60, 240, 150, "Linen|Leather|Cork|Paper|Canvas|Marbled",
            "Notebook|Pencil Case|Desk Pad|Pen Holder|Envelope Set|Folder|Planner|Sketchbook|Bookmark|Letter Tray"),
        new("Outdoor", 5990, 0.80, 190, 170, "Canvas|Nylon|Aluminium|Fleece|Titanium|Ripstop",
            "Tent|Sleeping Mat|Camp Stove|Hammock|Rucksack|Camp Chair|Cool Box|Headlamp|Picnic Rug|Trekking Poles"),
        new("Cookware", 4490, 0.70, 330, 50, "Cast Iron|Steel|Copper|Ceramic|Carbon Steel|Enamel",
            "Saucepan|Frying Pan|Casserole|Wok|Stockpot|Roasting Tin|Griddle|Saute Pan|Steamer|Tagine"),
        new("Bedding", 5990, 0.55, 20, 60, "Linen|Percale|Flannel|Satin|Jersey|Bamboo",
            "Duvet Cover|Pillowcase|Fitted Sheet|Bedspread|Quilt|Bolster|Mattress Topper|Valance|Cot Sheet|Eiderdown"),
        new("Bathroom", 2290, 0.60, 15, 40, "Cotton|Bamboo|Marble|Ceramic|Waffle|Teak",
            "Bath Towel|Bath Mat|Soap Dish|Toothbrush Holder|Shower Caddy|"
            + "Bathrobe|Face Cloth|Laundry Hamper|Bath Stool|Lotion Pump"),
        new("Candles", 1690, 0.50, 335, 170, "Soy|Beeswax|Ribbed|Frosted|Twisted|Marbled",
            "Jar Candle|Taper Candle|Candlestick|Votive|Candle Snuffer|"
            + "Hurricane Vase|Floating Candle|Wax Melt|Candle Plate|Sconce"),
        new("Baking", 1590, 0.60, 342, 140, "Steel|Silicone|Beech|Ceramic|Enamel|Marble",
            "Cake Tin|Rolling Pin|Mixing Bowl|Muffin Tray|Pastry Board|"
            + "Cookie Cutter|Cake Stand|Loaf Tin|Piping Set|Flour Sifter"),
        new("Tableware", 2190, 0.60, 345, 80, "Stoneware|Porcelain|Earthenware|Olive Wood|Glass|Slate",
            "Dinner Plate|Soup Bowl|Side Plate|Salad Bowl|Serving Platter|Gravy Boat|Egg Cup|Pasta Bowl|Butter Dish|Cake Plate"),
        new("Glassware", 1990, 0.60, 200, 60, "Crystal|Ribbed|Hand-Blown|Recycled|Smoked|Etched",
            "Tumbler|Wine Glass|Carafe|Decanter|Champagne Flute|Highball|Water Jug|Goblet|Punch Bowl|Dessert Coupe"),
        new("Rugs", 12900, 0.75, 300, 40, "Wool|Jute|Cotton|Sisal|Kilim|Shag",
            "Runner|Area Rug|Doormat|Round Rug|Hearth Rug|Stair Tread|Bedside Rug|Hall Rug|Prayer Mat|Patio Rug"),
        new("Cushions", 2790, 0.55, 290, 50, "Velvet|Linen|Boucle|Corduroy|Wool|Cotton",
            "Cushion Cover|Seat Pad|Floor Cushion|Throw|Pouffe|Bench Pad|Neck Cushion|Cushion Filling|Window Seat Pad|Bean Bag"),
        new("Storage", 2990, 0.65, 8, 80, "Seagrass|Rattan|Felt|Wire|Oak|Canvas",
            "Basket|Crate|Shelf Box|Magazine Rack|Drawer Divider|Wall Shelf|Peg Rail|Toy Chest|Shoe Rack|Umbrella Stand"),
        new("Clocks", 3990, 0.65, 340, 60, "Oak|Brass|Marble|Walnut|Steel|Acrylic",
            "Wall Clock|Alarm Clock|Mantel Clock|Cuckoo Clock|Kitchen Timer|"
            + "Desk Clock|Hourglass|Carriage Clock|Pocket Watch|Travel Clock"),
        new("Wall Art", 3490, 0.80, 280, 30, "Framed|Canvas|Linen|Botanical|Abstract|Letterpress",
            "Art Print|Poster|Wall Hanging|Tapestry|Picture Frame|Wall Mirror|Photo Ledge|Wall Plaque|Map Print|Triptych"),
        new("Vases", 2690, 0.65, 125, 70, "Glass|Stoneware|Terracotta|Porcelain|Brass|Ribbed",
            "Bud Vase|Floor Vase|Posy Vase|Flower Frog|Amphora|Jug Vase|Bowl Vase|Tulip Vase|Bottle Vase|Wall Vase"),
        new("Jewellery", 4990, 0.85, 345, 160, "Silver|Gold-Plated|Pearl|Enamel|Beaded|Resin",
            "Necklace|Bracelet|Earrings|Ring|Brooch|Anklet|Pendant|Hair Slide|Cufflinks|Charm"),
        new("Bags", 6990, 0.70, 250, 50, "Leather|Canvas|Suede|Raffia|Waxed Cotton|Nylon",
            "Tote Bag|Shoulder Bag|Satchel|Clutch|Weekend Bag|Belt Bag|Wash Bag|Purse|Card Holder|Laptop Sleeve"),
        new("Shoes", 7990, 0.60, 100, 70, "Leather|Suede|Canvas|Felt|Rubber|Cork",
            "Sandals|Ankle Boots|Slippers|Loafers|Wellingtons|Espadrilles|Trainers|Clogs|Mules|Plimsolls"),
        new("Nightwear", 4490, 0.45, 350, 120, "Flannel|Silk|Jersey|Cotton|Modal|Brushed",
            "Pyjamas|Nightshirt|Dressing Gown|Bed Socks|Eye Mask|Lounge Trousers|Kimono|Sleep Shorts|Bed Jacket|Sleep Cap"),
        new("Baby", 2490, 0.55, 130, 20, "Muslin|Organic Cotton|Terry|Merino|Fleece|Jersey",
            "Swaddle|Bib|Romper|Baby Blanket|Sleepsuit|Booties|Changing Mat|Comforter|Hooded Towel|Baby Bonnet"),
        new("Pets", 1990, 0.65, 345, 30, "Leather|Rope|Ceramic|Fleece|Wicker|Felt",
            "Dog Lead|Dog Collar|Pet Bowl|Cat Cave|Pet Bed|Treat Jar|Cat Teaser|Dog Coat|Scratching Post|Chew Toy"),
        new("Cycling", 3990, 0.75, 150, 140, "Leather|Steel|Merino|Alloy|Waxed Cotton|Carbon",
            "Saddle|Handlebar Bag|Bicycle Bell|Pannier|Bottle Cage|Cycling Gloves|Bike Pump|Pedals|Bicycle Basket|Mudguard"),
        new("Fitness", 2990, 0.65, 10, 200, "Cork|Rubber|Cast Iron|Neoprene|Foam|Cotton",
            "Yoga Mat|Kettlebell|Skipping Rope|Dumbbells|Resistance Band|"
            + "Yoga Block|Foam Roller|Exercise Ball|Wrist Weights|Push-Up Bars"),
        new("Swim and Beach", 2990, 0.60, 185, 280, "Terry|Striped|Cotton|Quick-Dry|Straw|Recycled",
            "Beach Towel|Swim Shorts|Sun Hat|Beach Bag|Swimsuit|Parasol|Snorkel Set|Rash Vest|Sarong|Inflatable Ring"),
        new("Grilling", 3490, 0.75, 175, 260, "Steel|Cast Iron|Acacia|Enamel|Leather|Ceramic",
            "Grill Tongs|Barbecue|Skewer Set|Grill Apron|Fire Bowl|"
            + "Grill Basket|Smoker Box|Grill Brush|Pizza Stone|Charcoal Starter"),
        new("Tools", 2990, 0.75, 110, 50, "Steel|Ash|Forged|Chrome|Hickory|Magnetic",
            "Hammer|Screwdriver Set|Tool Box|Spirit Level|Tape Measure|Pliers|Hand Saw|Wood Chisel|Spanner Set|Workbench Vice"),
        new("Office", 4990, 0.70, 245, 70, "Oak|Felt|Steel|Walnut|Leather|Mesh",
            "Desk Organiser|Monitor Stand|Desk Lamp|Footrest|Filing Box|Mouse Mat|Cable Tidy|Paper Tray|Whiteboard|Book Stand"),
        new("Craft", 1490, 0.60, 320, 70, "Cotton|Linen|Wooden|Wool|Bamboo|Steel",
            "Embroidery Hoop|Knitting Needles|Yarn Bowl|Sewing Box|Crochet Hooks|"
            + "Pin Cushion|Weaving Loom|Fabric Scissors|Stamp Set|Thread Spools"),
        new("Music", 5990, 0.90, 345, 70, "Maple|Spruce|Brass|Walnut|Rosewood|Nylon",
            "Ukulele|Tambourine|Harmonica|Kalimba|Music Stand|Recorder|Guitar Strap|Hand Drum|Xylophone|Metronome"),
        new("Party", 990, 0.55, 175, 60, "Paper|Foil|Felt|Cotton|Tissue|Glitter",
            "Bunting|Balloon Set|Party Plates|Party Hats|Garland|Napkins|Cake Topper|Streamers|Confetti Tube|Table Runner"),
        new("Travel", 5990, 0.75, 170, 110, "Canvas|Leather|Nylon|Polycarbonate|Felt|Ripstop",
            "Suitcase|Packing Cubes|Luggage Tag|Passport Cover|Travel Pillow|"
            + "Garment Bag|Shoe Bag|Duffel|Flight Blanket|Travel Wallet"),
        new("Winter Sports", 4990, 0.75, 15, 320, "Wooden|Fleece|Merino|Alloy|Down|Softshell",
            "Sledge|Ski Gloves|Ski Goggles|Balaclava|Snow Shoes|Ski Socks|Ice Skates|Snow Boots|Ski Bag|Avalanche Shovel"),
        new("Furniture", 24900, 0.80, 280, 30, "Oak|Walnut|Rattan|Steel|Velvet|Beech",
            "Armchair|Side Table|Bookcase|Bar Stool|Coffee Table|Bench|Sideboard|Writing Desk|Rocking Chair|Coat Stand"),
        new("Curtains", 5490, 0.60, 260, 30, "Linen|Velvet|Voile|Cotton|Blackout|Jacquard",
            "Curtain Pair|Roman Blind|Curtain Rod|Tieback|Roller Blind|"
            + "Door Curtain|Pelmet|Net Curtain|Curtain Rings|Cafe Curtain"),
    ];

    /// <summary>Colours of every category, before the material.</summary>
    public static readonly string[] Colours =
    [
        "Blue", "White", "Black", "Sage", "Ochre", "Amber", "Cream", "Grey", "Navy", "Rose", "Mint", "Mustard", "Charcoal",
        "Sand", "Plum", "Moss", "Teal", "Coral", "Ivory", "Burgundy",
    ];

    /// <summary>
    /// Names of collections, put before the colour once a category has used up its pairs of colour and material.
    /// </summary>
    public static readonly string[] Collections =
    [
        "Harbour", "Meadow", "Alba", "Nordic", "Sienna", "Tarn", "Luna", "Orchard", "Atlas", "Juniper", "Marlow", "Solstice",
        "Camden", "Heron", "Isla", "Fjord", "Clover", "Verona", "Aspen", "Dune", "Linden", "Pebble", "Rowan", "Avalon",
        "Bramble", "Cove", "Ember", "Fern", "Hazel", "Kestrel",
    ];
}
