package crypto_test

import (
	"fmt"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// eachTextChange gives text with each of its bits flipped, each of its
// truncations, and a byte more.
func eachTextChange(text string, try func(what, changed string)) {
	for i := range 8 * len(text) {
		b := []byte(text)
		b[i/8] ^= 1 << (i % 8)
		try(fmt.Sprintf("bit %d flipped", i), string(b))
	}
	for n := range len(text) {
		try(fmt.Sprintf("cut to %d bytes", n), text[:n])
	}
	for _, b := range []byte{0, 1, 16, 0xff, 'x'} {
		try(fmt.Sprintf("extended by %#x", b), text+string([]byte{b}))
	}
}

// eachChange gives every value that differs from v in one bit, one truncation or
// one byte more, anywhere inside, and that DynamoDB does not regard as equal.
func eachChange(v types.AttributeValue, try func(what string, changed types.AttributeValue)) {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		eachTextChange(v.Value, func(what, text string) { try(what, str(text)) })
	case *types.AttributeValueMemberB:
		eachTextChange(string(v.Value), func(what, text string) { try(what, bin([]byte(text)...)) })
	case *types.AttributeValueMemberN:
		eachNumberChange(v.Value, func(what, text string) { try(what, num(text)) })
	case *types.AttributeValueMemberBOOL:
		try("the other bool", boolean(!v.Value))
	case *types.AttributeValueMemberNULL:
		try("false", &types.AttributeValueMemberNULL{})
	case *types.AttributeValueMemberSS:
		eachMemberChange(v.Value, eachTextChange, func(what string, s []string) { try(what, strs(s...)) })
	case *types.AttributeValueMemberNS:
		eachMemberChange(v.Value, eachNumberChange, func(what string, s []string) { try(what, nums(s...)) })
	case *types.AttributeValueMemberBS:
		members := make([]string, len(v.Value))
		for i, m := range v.Value {
			members[i] = string(m)
		}
		eachMemberChange(members, eachTextChange, func(what string, s []string) {
			changed := make([][]byte, len(s))
			for i, m := range s {
				changed[i] = []byte(m)
			}
			try(what, bins(changed...))
		})
	case *types.AttributeValueMemberL:
		eachListChange(v.Value, func(what string, l []types.AttributeValue) { try(what, list(l...)) })
	case *types.AttributeValueMemberM:
		eachMapChange(v.Value, func(what string, m map[string]types.AttributeValue) { try(what, mapping(m)) })
	}
}

// eachNumberChange leaves out other texts of the same number.
func eachNumberChange(text string, try func(what, changed string)) {
	normal, _ := tlv.NormalizeNumber(text)
	eachTextChange(text, func(what, changed string) {
		if n, err := tlv.NormalizeNumber(changed); err != nil || n != normal {
			try(what, changed)
		}
	})
}

func eachMemberChange(members []string, each func(string, func(string, string)), try func(string, []string)) {
	for i := range members {
		each(members[i], func(what, text string) {
			changed := slices.Clone(members)
			changed[i] = text
			try(fmt.Sprintf("member %d: %s", i, what), changed)
		})
		try(fmt.Sprintf("without member %d", i), slices.Delete(slices.Clone(members), i, i+1))
		try(fmt.Sprintf("member %d twice", i), append(slices.Clone(members), members[i]))
	}
}

func eachListChange(values []types.AttributeValue, try func(string, []types.AttributeValue)) {
	for i := range values {
		eachChange(values[i], func(what string, v types.AttributeValue) {
			changed := slices.Clone(values)
			changed[i] = v
			try(fmt.Sprintf("element %d: %s", i, what), changed)
		})
		try(fmt.Sprintf("without element %d", i), slices.Delete(slices.Clone(values), i, i+1))
		try(fmt.Sprintf("element %d twice", i), slices.Insert(slices.Clone(values), i, values[i]))
	}
	if len(values) > 1 {
		turned := slices.Clone(values)
		slices.Reverse(turned)
		try("in reverse", turned)
	}
	try("with one more element", append(slices.Clone(values), null()))
}

func eachMapChange(values map[string]types.AttributeValue, try func(string, map[string]types.AttributeValue)) {
	for key, value := range values {
		eachChange(value, func(what string, v types.AttributeValue) {
			changed := maps.Clone(values)
			changed[key] = v
			try(key+": "+what, changed)
		})
		rest := maps.Clone(values)
		delete(rest, key)
		try("without "+key, rest)
		eachTextChange(key, func(what, text string) {
			changed := maps.Clone(rest)
			changed[text] = value
			try(key+": "+what, changed)
		})
	}
	more := map[string]types.AttributeValue{"more": null()}
	maps.Copy(more, values)
	try("with one more key", more)
}

// eachRetyped gives values of the other types that look like v.
func eachRetyped(v types.AttributeValue, try func(what string, changed types.AttributeValue)) {
	text, members := "", []string{""}
	var raw []byte
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		text = v.Value
	case *types.AttributeValueMemberN:
		text = v.Value
	case *types.AttributeValueMemberB:
		raw, text = v.Value, string(v.Value)
	case *types.AttributeValueMemberSS:
		members = v.Value
	case *types.AttributeValueMemberNS:
		members = v.Value
	case *types.AttributeValueMemberBS:
		members = nil
		for _, m := range v.Value {
			members = append(members, string(m))
		}
	}
	if text != "" {
		members = []string{text}
	}
	if raw == nil {
		raw = []byte(text)
	}
	binaries, elements := make([][]byte, len(members)), make([]types.AttributeValue, len(members))
	for i, m := range members {
		binaries[i], elements[i] = []byte(m), str(m)
	}
	serialized, _ := tlv.Append(nil, v, tlv.UTF8Order)
	for what, changed := range map[string]types.AttributeValue{
		"S": str(text), "N": num(text), "B": bin(raw...), "SS": strs(members...), "NS": nums(members...), "BS": bins(binaries...),
		"L of its members": list(elements...), "L of it": list(v), "M of it": mapping(map[string]types.AttributeValue{"": v}),
		"empty L": list(), "empty M": mapping(nil), "empty S": str(""), "empty B": bin(), "empty SS": strs(), "N 0": num("0"),
		"true": boolean(true), "false": boolean(false), "NULL": null(), "false NULL": &types.AttributeValueMemberNULL{},
		"its serialization": bin(serialized...), "its serialization as S": str(string(serialized)),
		"unknown": &types.UnknownUnionMember{Tag: "Z", Value: []byte("1")}, "nil": nil,
		"typed nil S": (*types.AttributeValueMemberS)(nil), "typed nil M": (*types.AttributeValueMemberM)(nil),
	} {
		if same, err := tlv.Append(nil, changed, tlv.UTF8Order); err != nil || string(same) != string(serialized) {
			try(what, changed)
		}
	}
}

// serialize returns a text that is the same for equal values.
func serialize(v types.AttributeValue) string {
	b, err := tlv.Append(nil, v, tlv.UTF8Order)
	if err != nil {
		return fmt.Sprintf("%T %v", v, err)
	}
	return string(b)
}
