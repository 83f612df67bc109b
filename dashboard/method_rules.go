package dashboard

import "utfall/schema"

// ruleMethods are what holds for all figures, without a sum to show.
var ruleMethods = []method{
	{ID: "saknas", Title: schema.Text{SV: "När uppgift saknas", EN: "When there is no figure"},
		Text: schema.Text{SV: "En cell har ett värde eller ett skäl: ej tillämpligt, samlas inte in, ännu inte publicerat, undertryckt, för osäkert, borttaget av källan. Saknat ritas aldrig som noll och ingen linje dras över luckan. Källans eget tecken finns i de nedladdade filerna.",
			EN: "A cell has a value or a reason: not applicable, not collected, not published yet, suppressed, too unreliable, deleted by the source. What is missing is never drawn as zero and no line crosses the gap. The source's own symbol is in the files."}},
	{ID: "utgavor", Title: schema.Text{SV: "Utgåvor och revideringar", EN: "Releases and revisions"},
		Text: schema.Text{SV: "Varje tal har en period och en utgåva. När en källa ändrar ett tal finns det gamla kvar: datumet överst på sidan visar vad som stod vid en viss tidpunkt, och den permanenta länken längst ner visar samma sak i framtiden.",
			EN: "Every figure has a period and a release. When a source changes a figure the old one is kept: the date at the top of the page shows what stood at a moment, and the permanent link at the foot shows the same in the future."}},
	{ID: "bedomning", Title: schema.Text{SV: "Bedömning", EN: "Judgement"},
		Text: schema.Text{SV: "För dödlighet och sjuklighet är lägre bättre. För vårdvolymer, tvångsvård och kostnader görs ingen bedömning: vilken riktning som är önskvärd är en politisk fråga, inte en statistisk.",
			EN: "For deaths and disease lower is better. Volumes of care, compulsory care and costs are not judged: which direction is wanted is a political question, not a statistical one."}},
}
