package stat

// forbiddenIn are the forbidden words of a language; those of English for any that has none of its own.
func forbiddenIn(language string) map[string][]string {
	if language == "es" {
		return forbiddenSpanish
	}
	return forbidden
}

// forbiddenSpanish are the words of forbidden in Spanish, with their forms. "Hasta" and "más que" stand in phrases that
// the rules write and are not among them.
var forbiddenSpanish = map[string][]string{
	"claims a cause": {
		"porque", "causa", "causas", "causó", "causaron", "causado", "causada", "debido a", "gracias a", "por culpa de",
		"como resultado", "resultado de", "resulta de", "resultó", "provocó", "provocaron", "provoca", "llevó a", "llevaron a",
		"lleva a", "efecto", "efectos", "afectó", "afecta", "impacto", "impactos", "impulsó", "impulsaron", "impulsa", "por lo tanto",
		"por tanto", "por ende", "por eso", "por ello", "en consecuencia", "consecuencia", "consecuencias", "a raíz de", "a causa de",
		"en respuesta a", "se debe a", "se debió a", "se deben a", "responsable de", "responsables de", "explica", "explican",
		"se explica", "atribuible", "atribuibles", "contribuyó a", "contribuyeron a", "desencadenó", "motivó", "motivaron",
		"disuadió", "evitó", "impidió", "tras lo cual", "para que",
	},
	"judges instead of counting": {
		"éxito", "éxitos", "exitoso", "exitosa", "fracaso", "fracasos", "fracasó", "redada", "alarmante", "alarmantes", "impactante",
		"dramático", "dramática", "dramáticamente", "drástico", "drástica", "drásticamente", "brusco", "bruscamente", "significativo",
		"significativa", "significativamente", "importante", "lamentablemente", "desgraciadamente", "solo", "sólo", "solamente",
		"únicamente", "apenas", "meramente", "incluso", "nada menos que", "ni siquiera", "todavía", "aún", "asombroso", "asombrosa",
		"epidemia", "ola", "oleada", "auge", "bueno", "buena", "malo", "mala", "mejor", "peor", "demuestra", "demuestran", "prueba que",
		"significa que", "muestra que", "claramente", "obviamente", "evidentemente", "preocupante",
	},
	"states a direction, which only {change:…} may": {
		"subió", "subieron", "sube", "suben", "subida", "bajó", "bajaron", "baja", "bajan", "bajada", "aumentó", "aumentaron", "aumenta",
		"aumentan", "aumento", "aumentos", "incremento", "incrementó", "incrementaron", "creció", "crecieron", "crece", "crecen",
		"crecimiento", "disminuyó", "disminuyeron", "disminuye", "disminuyen", "disminución", "cayó", "cayeron", "cae", "caen", "caída",
		"descendió", "descendieron", "desciende", "descenso", "redujo", "redujeron", "reduce", "reducción", "alza", "duplicó",
		"duplicaron", "triplicó", "se disparó", "se dispararon", "se desplomó", "tendencia", "tendencias", "más que antes",
		"menos que antes", "de nuevo", "otra vez", "volvió a",
	},
	"states a quantity in words, which cannot be checked against the table": {
		"dos", "tres", "cuatro", "cinco", "seis", "siete", "ocho", "nueve", "diez", "once", "doce", "docena", "docenas", "decenas",
		"veinte", "cien", "ciento", "cientos", "mil", "miles", "millón", "millones", "mitad", "doble", "triple", "tercio", "tercera parte",
		"cuarta parte", "mayoría", "por ciento", "por cada cien", "muchos", "muchas", "pocos", "pocas", "varios", "varias", "casi",
		"al menos", "como máximo", "como mucho", "más de", "menos de", "cerca de", "alrededor de", "aproximadamente", "unos", "unas",
	},
}
