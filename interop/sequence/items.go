package sequence

import (
	"encoding/base64"
	"fmt"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// Secret is in every text and binary of encrypted attributes and nowhere else: it must not be found in what is sent and
// stored. SecretBase64 is how it looks at the start of a binary in JSON.
const Secret = "secret"

// SecretBase64 is [Secret] at the start of a binary in JSON.
var SecretBase64 = base64.StdEncoding.EncodeToString([]byte(Secret))

func str(s string) types.AttributeValue { return &types.AttributeValueMemberS{Value: s} }
func num(n int) types.AttributeValue    { return &types.AttributeValueMemberN{Value: fmt.Sprint(n)} }

// There are few keys, so that operations meet the same items.
const (
	partitions = 4
	perKey     = 7
)

func (g *generator) id() types.AttributeValue {
	return str("user-" + string(rune('a'+g.IntN(partitions))))
}

// created is written in one of several ways: DynamoDB compares keys by what they mean.
func (g *generator) created() types.AttributeValue {
	n := g.IntN(perKey)
	return &types.AttributeValueMemberN{Value: fmt.Sprintf(pick(g, "%d", "%d", "%d.0", "0%d", "+%d", "%dE0", "%d0E-1"), n)}
}

func (g *generator) key() crypto.Item {
	if g.percent(1) {
		return crypto.Item{partitionKey: g.id(), sortKey: str("no number")}
	}
	return crypto.Item{partitionKey: g.id(), sortKey: g.created()}
}

// keys are several keys, mostly different ones.
func (g *generator) keys(most int) []crypto.Item {
	n := 1 + g.IntN(most)
	first := g.IntN(partitions * perKey)
	var list []crypto.Item
	for i := range n {
		at := (first + i*5) % (partitions * perKey) // no two are the same: 5 and 28 have no common divisor
		list = append(list, crypto.Item{partitionKey: str("user-" + string(rune('a'+at/perKey))), sortKey: num(at % perKey)})
	}
	if g.percent(4) {
		list = append(list, list[0])
	}
	return list
}

// item has a key and random attributes.
func (g *generator) item(key crypto.Item) crypto.Item {
	item := clone(key)
	add := func(percent int, name string, value func() types.AttributeValue) {
		if v := value(); g.percent(percent) {
			item[name] = v
		}
	}
	add(70, plan, g.plan)
	add(70, level, g.level)
	add(50, tags, g.tags)
	add(80, email, func() types.AttributeValue { return str(g.secret()) })
	add(70, address, func() types.AttributeValue { return g.hidden(0) })
	add(30, phone, func() types.AttributeValue { return g.hidden(0) })
	add(60, views, func() types.AttributeValue { return num(g.IntN(100)) })
	add(60, notes, g.notes)
	add(40, marks, g.marks)
	if g.percent(1) {
		item[plan] = num(1) // an index wants a text
	}
	return item
}

func (g *generator) plan() types.AttributeValue { return str(pick(g, "free", "gold", "team")) }

func (g *generator) level() types.AttributeValue {
	return &types.AttributeValueMemberN{Value: pick(g, "0", "1", "1.0", "2.50", "-3", "7e2")}
}

func (g *generator) tags() types.AttributeValue {
	return &types.AttributeValueMemberSS{Value: append(some(g, "blue", "new", "Ünïcode 😀"), pick(g, "home", "work"))}
}

func (g *generator) marks() types.AttributeValue {
	return &types.AttributeValueMemberNS{Value: append(some(g, "1", "2.5", "30"), pick(g, "-4", "5e1"))}
}

func (g *generator) notes() types.AttributeValue {
	list := []types.AttributeValue{}
	for range g.IntN(4) {
		list = append(list, num(g.IntN(10)))
	}
	return &types.AttributeValueMemberM{Value: crypto.Item{"seen": num(g.IntN(10)), "history": &types.AttributeValueMemberL{Value: list}}}
}

func (g *generator) secret() string { return fmt.Sprintf("%s %d", Secret, g.Uint32()) }

// hidden is a value of any type, for an encrypted attribute.
func (g *generator) hidden(depth int) types.AttributeValue {
	kinds := 10
	if depth > 2 {
		kinds = 8
	}
	switch g.IntN(kinds) {
	case 0:
		return str(pick(g, g.secret(), ""))
	case 1:
		return &types.AttributeValueMemberN{Value: pick(g, "0", "-1.50", "12345678901234567890", "1e10", "0.000000125")}
	case 2:
		return &types.AttributeValueMemberB{Value: []byte(pick(g, g.secret(), ""))}
	case 3:
		return &types.AttributeValueMemberBOOL{Value: g.percent(50)}
	case 4:
		return &types.AttributeValueMemberNULL{Value: true}
	case 5:
		return &types.AttributeValueMemberSS{Value: []string{g.secret(), g.secret() + "."}}
	case 6:
		return &types.AttributeValueMemberNS{Value: []string{"10", "2.0", "-3"}}
	case 7:
		return &types.AttributeValueMemberBS{Value: [][]byte{[]byte(g.secret()), []byte(g.secret() + ".")}}
	case 8:
		list := []types.AttributeValue{}
		for range g.IntN(3) {
			list = append(list, g.hidden(depth+1))
		}
		return &types.AttributeValueMemberL{Value: list}
	}
	members := crypto.Item{}
	for i := range g.IntN(3) {
		members[fmt.Sprintf("m%d", i)] = g.hidden(depth + 1)
	}
	return &types.AttributeValueMemberM{Value: members}
}
