//go:build interop

package main

import "strings"

// everyType has all ten types, nested ones too.
const everyType = `{"id":{"S":"alice"},
	"s":{"S":"größe, 大きさ, 😀, <&>"},"n":{"N":"-12.5"},"b":{"B":"AP+A/w=="},
	"true":{"BOOL":true},"false":{"BOOL":false},"null":{"NULL":true},
	"ss":{"SS":["b","a","ab",""]},"ns":{"NS":["10","9","-1","0.5"]},"bs":{"BS":["AQ==","AA==","","AQI="]},
	"l":{"L":[{"S":"x"},{"L":[{"N":"1"},{"NULL":true}]},{"SS":["y"]}]},
	"m":{"M":{"b":{"BOOL":false},"a":{"M":{"deep":{"B":"AA=="}}},"c":{"NS":["2"]}}}}`

const empties = `{"id":{"S":"alice"},"s":{"S":""},"b":{"B":""},"l":{"L":[]},"m":{"M":{}},
	"ss":{"SS":[""]},"bs":{"BS":[""]},"nested":{"L":[{"S":""},{"B":""},{"L":[]},{"M":{}}]}}`

// emptySets are in ciphertext only: DynamoDB stores none.
const emptySets = `{"id":{"S":"alice"},"ss":{"SS":[]},"ns":{"NS":[]},"bs":{"BS":[]},
	"l":{"L":[{"SS":[]},{"NS":[]},{"BS":[]}]},"m":{"M":{"s":{"SS":[]},"l":{"L":[{"M":{"b":{"BS":[]},"n":{"NS":[]}}}]}}}}`

func valueExamples(client string) []example {
	const line = `0123456789 größe 大きさ 😀\n`
	list := []example{
		static("every type, encrypted", everyType),
		static("every type, signed", everyType, signAll),
		static("empty strings, binaries, lists and maps, encrypted", empties),
		static("empty strings, binaries, lists and maps, signed", empties, signAll),
		static("empty sets, encrypted", emptySets),
		static("values of 15, 16 and 17 bytes, around the cipher's block", `{"id":{"S":"alice"},"a":{"B":"AAAAAAAAAAAAAAAAAAAA"},"b":{"B":"AAAAAAAAAAAAAAAAAAAAAA=="},"c":{"B":"AAAAAAAAAAAAAAAAAAAAAAA="}}`),
		static("32 levels of lists and maps, encrypted", `{"id":{"S":"alice"},"deep":`+nested(32)+`}`),
		static("32 levels of lists and maps, signed", `{"id":{"S":"alice"},"deep":`+nested(32)+`}`, signAll),
		static("a name of 255 bytes", `{"id":{"S":"alice"},"`+strings.Repeat("x", 255)+`":{"S":"v"}}`),
		static("control characters in names and values", `{"id":{"S":"alice"},"a\u0001\n\t":{"S":"\u0000\u007f\r\n"},"\"\\/":{"SS":["\u0000","\u0000\u0000"]}}`),
		static("names that are equal only after Unicode normalization or in another case", `{"id":{"S":"alice"},"\u00e9":{"S":"1"},"e\u0301":{"S":"2"},"É":{"S":"3"},"ID":{"S":"4"}}`),
		static("a name that is a digest's text", `{"id":{"S":"alice"},"ENCRYPTED":{"S":"1"},"PLAINTEXT":{"S":"2"},"TABLE>users<TABLE":{"S":"3"}}`),
	}
	if client == java {
		// One client's large item is enough: they take the same path, and the files should stay small.
		return append(list, static("an item of 50 KB", `{"id":{"S":"alice"},"text":{"S":"`+strings.Repeat(line, 50_000/len(line))+`"}}`))
	}
	return append(list, static("a list of 1500 numbers", `{"id":{"S":"alice"},"list":{"L":[`+strings.Repeat(`{"N":"1234.5"},`, 1499)+`{"N":"0"}]}}`))
}

// orderExamples have names and members that Java and Python sort in different orders.
func orderExamples() []example {
	const (
		names = `{"id":{"S":"alice"},"\ue000":{"S":"1"},"😀":{"S":"2"},"\uffff":{"S":"3"},"a":{"S":"4"},"z\ud7ff":{"S":"5"}}`
		keys  = `{"id":{"S":"alice"},"m":{"M":{"\ue000":{"S":"1"},"😀":{"S":"2"},"\uffff":{"S":"3"},"a😀":{"S":"4"},"a\uffff":{"S":"5"}}}}`
		texts = `{"id":{"S":"alice"},"ss":{"SS":["\ue000","😀","\uffff","a😀","a\uffff","a"]}}`
		bytes = `{"id":{"S":"alice"},"bs":{"BS":["gA==","fw==","/w==","AA==","AP8=","AH8="]}}`
	)
	return []example{
		static("names in U+E000–U+FFFF next to higher ones, encrypted", names),
		static("names in U+E000–U+FFFF next to higher ones, signed", names, signAll),
		static("map keys in U+E000–U+FFFF next to higher ones, encrypted", keys),
		static("map keys in U+E000–U+FFFF next to higher ones, signed", keys, signAll),
		static("a string set with U+E000–U+FFFF next to higher ones, encrypted", texts),
		static("a string set with U+E000–U+FFFF next to higher ones, signed", texts, signAll),
		static("a binary set with bytes from 0x80, encrypted", bytes),
		static("a binary set with bytes from 0x80, signed", bytes, signAll),
		static("a number set whose order as texts is not that of numbers, signed", `{"id":{"S":"alice"},"ns":{"NS":["10","9","-1","-10","0.5","100"]}}`, signAll),
	}
}

func numberExamples(client string) []example {
	common := []string{"0", "1", "-1", "0.5", "100", "-0.001", "1234567890.0987654321", "1234567890123456789012345678",
		"0.1234567890123456789012345678", "10000000000000000000000000000000000000"}
	odd := []string{"0.0", "000", "0E5", "+1", "1.50", "01", "1E2", "1e+3", "1.5E-3", ".5", "5.", "-1.0E0", "1E125", "9.99E125", "1E-130", "-9.99E125"}
	list := []example{
		static("numbers in normal form, signed", numbers(common), signAll),
		static("numbers in normal form, encrypted", numbers(common)),
		static("numbers written in other ways, encrypted", numbers(odd)),
		static("numbers written in other ways, signed as they would be in normal form", numbers(odd), signAll),
		static("negative zero, encrypted", numbers([]string{"-0", "-0.00", "-0E3"})),
		static("a number set written in other ways, encrypted", `{"id":{"S":"alice"},"ns":{"NS":["1E2","99.90","+5","1e-130",".5"]}}`),
	}
	if client == python {
		return list
	}
	long := []string{"12345678901234567890123456789", "12345678901234567890123456789012345678", "-0.12345678901234567890123456789012345678",
		"9.9999999999999999999999999999999999999E125", "99999999999999999999999999999999999999000", "1E125", "1E-130"}
	return append(list,
		static("numbers beyond 28 digits, encrypted", numbers(long)),
		static("numbers beyond 28 digits, signed", numbers(long), signAll),
	)
}

// numbers is an item with each number as an attribute of its own.
func numbers(texts []string) string {
	item := `{"id":{"S":"alice"}`
	for i, text := range texts {
		item += `,"n` + string(rune('a'+i)) + `":{"N":"` + text + `"}`
	}
	return item + "}"
}

// nested is a value with so many levels, lists and maps in turn.
func nested(levels int) string {
	value := `{"S":"bottom"}`
	for level := range levels - 1 {
		if level%2 == 0 {
			value = `{"L":[` + value + `]}`
		} else {
			value = `{"M":{"k":` + value + `}}`
		}
	}
	return value
}
