package dashboard

import "utfall/schema"

// ruleMethods are what holds for all figures, without a sum to show.
var ruleMethods = []method{
	{ID: "saknas", Title: schema.Text{SV: "När uppgift saknas", EN: "When there is no figure"},
		Text: schema.Text{SV: "En cell har ett värde eller ett skäl: ej tillämpligt, samlas inte in, ännu inte publicerat, undertryckt, för osäkert, borttaget av källan. Saknat ritas aldrig som noll och ingen linje dras över luckan. Källans eget tecken finns i de nedladdade filerna.",
			EN: "A cell has a value or a reason: not applicable, not collected, not published yet, suppressed, too unreliable, deleted by the source. What is missing is never drawn as zero and no line crosses the gap. The source's own symbol is in the files."}},
	{ID: "sma-tal", Title: schema.Text{SV: "Små tal", EN: "Small numbers"},
		Text: schema.Text{SV: "Tal som en myndighet redan har publicerat visas som de är. Tal som en verksamhet lämnar direkt hit granskas innan de sparas. Ett antal från 1 upp till gränsen k visas inte; k är 5 om inget annat är bestämt, och 0 visas. För att det lilla talet inte ska gå att räkna fram ur summor, skillnader mellan områden, kön, åldrar eller perioder, ur tal per invånare eller ur en tidigare utgåva döljs också andra tal, så få som möjligt. Provet är strängt: den som ser allt som visas ska inte kunna bestämma det dolda talet noggrannare än på k enheter när. Alla dolda tal är märkta likadant, så att ingen ser vilka som är de små. Ett tal som har dolts förblir dolt när det ändras, och en ändring som är mindre än k döljs, eftersom skillnaden annars visar hur många som tillkom.",
			EN: "Figures that an authority has published already are shown as they are. Figures that a service delivers directly are examined before they are kept. A count from 1 up to the limit k is not shown; k is 5 unless something else was decided, and 0 is shown. So that the small count cannot be worked out from sums, from differences between areas, sexes, ages or periods, from figures per inhabitant or from an earlier release, other figures are hidden too, as few as possible. The test is strict: who sees all that is shown must not be able to narrow the hidden count down to less than k. All hidden figures are marked alike, so that nobody sees which are the small ones. A figure that was hidden stays hidden when it changes, and a change smaller than k is hidden, because the difference would show how many were added."},
		Formula: "max xᵢ − min xᵢ ≥ k  ∀ x ∈ ℕⁿ: Ax = b", Source: "Fischetti & Salazar, Management Science 2001; Repsilber 1994"},
	{ID: "utgavor", Title: schema.Text{SV: "Utgåvor och revideringar", EN: "Releases and revisions"},
		Text: schema.Text{SV: "Varje tal har en period och en utgåva. När en källa ändrar ett tal finns det gamla kvar: datumet överst på sidan visar vad som stod vid en viss tidpunkt, och den permanenta länken längst ner visar samma sak i framtiden.",
			EN: "Every figure has a period and a release. When a source changes a figure the old one is kept: the date at the top of the page shows what stood at a moment, and the permanent link at the foot shows the same in the future."}},
	{ID: "bedomning", Title: schema.Text{SV: "Bedömning", EN: "Judgement"},
		Text: schema.Text{SV: "För dödlighet och sjuklighet är lägre bättre. För vårdvolymer, tvångsvård och kostnader görs ingen bedömning: vilken riktning som är önskvärd är en politisk fråga, inte en statistisk.",
			EN: "For deaths and disease lower is better. Volumes of care, compulsory care and costs are not judged: which direction is wanted is a political question, not a statistical one."}},
}
