// Copyright The otelcol-langsmith Authors
// SPDX-License-Identifier: Apache-2.0

package detect

// moreServices are names of services, too, those that are no word of English.
const moreServices = "adafruitio adzuna aikido airbrake airvisual alconost alegra alienvault amadeus amazonaws apideck apiflash " +
	"apifonica apilayer apptivo artsy audd autodesk avaza aviationstack axonaut aylien ayrshare bannerbear baremetrics billomat " +
	"bitfinex bitmex blazemeter blocknative borgbase braintree braintrust brandfetch brevo browserstack browshot buddyns " +
	"bscscan budibase bulksms buttercms calendarific calorieninja canva capsulecrm cerebras " +
	"censys chartmogul clickhouse cliengo clockify cloudconvert cloudinary " +
	"cloudmersive cloudsmith cloudways coinlayer coinlib codeclimate codequiry commercejs composio countrylayer craftmypdf " +
	"cryptocompare currencyfreaks currencylayer currencyscoop dareboost databox databricks deepai deepseek detectify " +
	"detectlanguage dfuse diffbot disqus dockerhub docparser documo dronahq droneci duffel dwolla dynalist dynatrace dyspatch " +
	"edamam edenai elasticemail endorlabs etherscan ethplorer everhour exoscale fibery " +
	"fixerio flatio fleetbase flexport foursquare frameio fullcontact geckoboard gemini geoapify geocodify getresponse github " +
	"gitlab glassnode gocardless godaddy grafana graphcms graphhopper groq gtmetrix gumroad gyazo happyscribe hasura " +
	"helicone hellosign helpscout hiveage huggingface hypertrack iconfinder imagekit imagga imagekitio infobip insightly instabot " +
	"instamojo intrinio ipapi ipinfodb jumpcloud jupiterone kickbox klipfolio kontent kylas langfuse languagelayer " +
	"leadfeeder lemonsqueezy lexigram linkpreview livestorm loginradius logz logzio loyverse lunchmoney madkudu magicbell " +
	"mailboxlayer mailmodo mailsac mandrill mapquest marketstack mavenlink mediastack meistertask mesibo metabase metrilo " +
	"mindmeister mixmax mockaroo monkeylearn moonclerk moosend mrticktock mux nasdaqdatalink neutrino newscatcher nexmo nftport " +
	"nicereply nutritionix nylas oanda octopusdeploy omnisend onelogin onfleet opencagedata openrouter openuv owlbot pagarme " +
	"pandadoc pandascore paperform paralleldots parsehub parseur partnerstack paydirtapp paymongo pdflayer pdfshift " +
	"peopledatalabs pepipost photoroom pinata pipedream planetscale planyo podio poloniex portainer positionstack postageapp " +
	"prodpad proxycrawl pubnub pulumi purestake pushbullet pushover qase qualaroo razorpay reachmail rebrandly replicate " +
	"restpack ringcentral ritekit rocketreach runpod salesblink salescookie salesflare salesmate saucelabs scaleway scalr " +
	"scrapeowl scraperbox scrapestack scrapfly scrapingant scrapingbee screenshotlayer scrutinizer sendinblue serphouse serpstack " +
	"sherpadesk shipday shotstack shutterstock signalwire signaturit signupgenius simfin simvoly sinch sirv skybiometry " +
	"snipcart sourceforge spectralops sportsmonk sslmate statuscake stockdata storecove stormboard storyblok storychief stripo " +
	"stytch sugester surveybot survicate swiftype tallyfy taxjar teamgate teamwork telnyx testingbot textmagic thinkific " +
	"ticketmaster tickettailor tiingo timecamp tmetric todoist toggl togetherai tradier transferwise travelpayouts twelvedata " +
	"tyntec ubidots uclassify unifyid unplugg unsplash uploadcare uplead userstack vatlayer vbout verimail veriphone versioneye " +
	"virustotal visualcrossing voiceflow vouchery vultr walkscore weatherstack webscraper websitepulse whoxy worksnaps " +
	"besttime cloudplan eagleeyenetworks fastforex findl formbucket nozbe nozbeteams requestfinance runscope selectpdf skrapp " +
	"smartsheets speechtext tefter tgram worldweather " +
	"workstack yousign youtube zenkit zenrows zenscrape zenserp zeplin zerotier zipcodebase zonka zulip zuora"
