package interop

import (
	"fmt"
	"math/rand/v2"
	"sort"
	"strings"
)

// Clients says which published clients seal or open the generated items, and so what the items must do without.
//
// With Python: no number beyond 28 significant digits, none written out in more than 38 digits (so items must not
// pass through DynamoDB, which writes numbers out), no negative zero, no ECDSA.
// With Java: an item of which something may be signed has a signed attribute, else Java stores it unsealed.
// With both: a signed table name, because they sign different texts for none, and nothing that they sort
// differently: U+E000–U+FFFF next to higher characters, and bytes from 0x80 in binary sets.
type Clients struct {
	Java, Python bool
}

// A Case is one generated item with everything that is needed to seal it.
type Case struct {
	// Name is unique within the generator and says what the case is about.
	Name string
	// Request is the request to encrypt the item; Request.Item is the plain item.
	Request Request
}

// A Generator makes random cases, the same ones for the same seed, keys and clients. It is not for concurrent use.
type Generator struct {
	rnd     *rand.Rand
	keys    *Keys
	clients Clients
	// provide chooses a provider and says which; by default one that needs no service.
	provide func() (Provider, string)
	count   int
	large   int
	values  valueGenerator
}

// NewGenerator returns a generator of cases for these clients.
func NewGenerator(seed uint64, keys *Keys, clients Clients) *Generator {
	rnd := rand.New(rand.NewPCG(seed, 0))
	g := &Generator{rnd: rnd, keys: keys, clients: clients, values: valueGenerator{rnd: rnd, clients: clients}}
	g.provide = g.provider
	return g
}

// oneInLarge is how many cases there are to one near DynamoDB's limit of 400 KB, until there are maxLarge of them:
// Python takes seconds for some.
const (
	oneInLarge = 40
	maxLarge   = 12
)

// Next returns the next case.
func (g *Generator) Next() (Case, error) {
	g.count++
	g.values.newItem()
	provider, about := g.provide()
	request := Request{Op: OpEncrypt, Provider: provider}
	if g.clients.Java && g.clients.Python || g.rnd.IntN(3) > 0 {
		table := pick(g.rnd, "users", "t-1", "Orders_2024.eu-west-1", "u")
		request.Table = &table
	}
	item := g.attributes(&request)
	if g.rnd.IntN(oneInLarge) == 0 && g.large < maxLarge {
		g.large++
		about += ", large"
		item["large"] = g.values.large()
	}
	g.actions(&request, item)
	text, err := marshalItem(item)
	if err != nil {
		return Case{}, err
	}
	request.Item = text
	return Case{Name: fmt.Sprintf("%d: %s", g.count, about), Request: request}, nil
}

// attributes makes the item: keys, one attribute of each type now and then, random ones otherwise.
func (g *Generator) attributes(request *Request) map[string]any {
	item := map[string]any{}
	if g.rnd.IntN(4) > 0 {
		request.PartitionKey = pick(g.rnd, "id", g.values.name())
		item[request.PartitionKey] = g.values.key()
		if sort := pick(g.rnd, "", "created", g.values.name()); sort != request.PartitionKey && sort != "" {
			request.SortKey = sort
			item[sort] = g.values.key()
		}
	}
	kinds := make([]string, 0, len(valueKinds))
	if g.rnd.IntN(4) == 0 {
		kinds = append(kinds, valueKinds...)
	}
	for range g.rnd.IntN(8) {
		kinds = append(kinds, pick(g.rnd, valueKinds...))
	}
	for _, kind := range kinds {
		if name := g.values.name(); item[name] == nil {
			item[name] = g.values.ofKind(kind, 0)
		}
	}
	return item
}

// actions chooses a default action and overrides; keys are never encrypted.
func (g *Generator) actions(request *Request, item map[string]any) {
	allowed := []string{ActionEncrypt, ActionEncrypt, ActionSign, ActionNone}
	if request.Provider.Type == ProviderStatic && request.Provider.EncryptionKey == nil {
		allowed = []string{ActionSign, ActionNone}
	}
	request.DefaultAction = pick(g.rnd, allowed...)
	request.Actions = map[string]string{}
	for _, name := range sortedNames(item) {
		if g.rnd.IntN(3) == 0 {
			request.Actions[name] = pick(g.rnd, allowed...)
		}
	}
	if g.rnd.IntN(4) == 0 {
		request.Actions["not in this item"] = pick(g.rnd, allowed...)
	}
	for _, key := range []string{request.PartitionKey, request.SortKey} {
		switch {
		case request.Actions[key] == ActionEncrypt:
			request.Actions[key] = ActionSign
		case request.Actions[key] == "" && key != "" && g.rnd.IntN(2) == 0:
			request.Actions[key] = ActionSign
		}
	}
	if names := sortedNames(item); g.clients.Java && len(names) > 0 && !request.signs(names) && request.maySign() {
		request.Actions[names[0]] = ActionSign
	} else if g.clients.Java && len(names) == 0 {
		request.DefaultAction, request.Actions = ActionNone, nil
	}
}

// ActionFor returns the action for an attribute, with the rule for keys applied.
func (r Request) ActionFor(name string) string {
	if action, ok := r.Actions[name]; ok {
		return action
	}
	if name != r.PartitionKey && name != r.SortKey {
		return r.defaultAction()
	}
	if r.maySign() {
		return ActionSign
	}
	return ActionNone
}

func (r Request) defaultAction() string {
	if r.DefaultAction == "" {
		return ActionEncrypt
	}
	return r.DefaultAction
}

// maySign reports whether some action is not none: if all are, items pass through untouched.
func (r Request) maySign() bool {
	for _, action := range r.Actions {
		if action != ActionNone {
			return true
		}
	}
	return r.defaultAction() != ActionNone
}

// signs reports whether one of the named attributes is signed.
func (r Request) signs(names []string) bool {
	for _, name := range names {
		if r.ActionFor(name) != ActionNone {
			return true
		}
	}
	return false
}

// wrapTransformations are the ways to wrap with RSA that all clients know; empty is the client's own choice.
var wrapTransformations = []string{
	"",
	"RSA/ECB/OAEPWithSHA-1AndMGF1Padding",
	"RSA/ECB/OAEPWithSHA-256AndMGF1Padding",
	"RSA/ECB/OAEPWithSHA-384AndMGF1Padding",
	"RSA/ECB/OAEPWithSHA-512AndMGF1Padding",
}

var digests = []string{"224", "256", "384", "512"}

// provider chooses a provider, its keys and its algorithms, and says which.
func (g *Generator) provider() (Provider, string) {
	signing, signedBy := g.signing()
	switch g.rnd.IntN(10) {
	case 0:
		return StaticProvider(nil, signing), "static without an encryption key, " + signedBy
	case 1, 2, 3:
		key := g.aesKey()
		return StaticProvider(key, signing), fmt.Sprintf("static AES-%d, %s", 8*len(key), signedBy)
	case 4, 5, 6:
		key := g.aesKey()
		provider := AESProvider(key, signing)
		return provider, fmt.Sprintf("AES-%d wrapping%s, %s", 8*len(key), g.contentKey(&provider), signedBy)
	default:
		pair := pick(g.rnd, g.keys.RSA...)
		provider := RSAProvider(pair, pick(g.rnd, wrapTransformations...), signing)
		about := pair.Name + " wrapping"
		if transformation := provider.WrapAlgorithm; transformation != "" {
			about += " by " + strings.ReplaceAll(transformation, "/", " ")
		}
		return provider, about + g.contentKey(&provider) + ", " + signedBy
	}
}

// contentKey now and then asks for a content key of a certain size.
func (g *Generator) contentKey(provider *Provider) string {
	bits := pick(g.rnd, "", "", "128", "192", "256")
	if bits == "" {
		return ""
	}
	provider.Description = map[string]string{"amzn-ddb-env-alg": "AES/" + bits}
	return " of AES-" + bits
}

func (g *Generator) signing() (SigningKeys, string) {
	kinds := 5
	if g.clients.Python {
		kinds = 4
	}
	switch g.rnd.IntN(kinds) {
	case 0:
		algorithm := "SHA" + pick(g.rnd, digests...) + "withRSA"
		return Signature(algorithm, pick(g.rnd, g.keys.RSA...)), algorithm
	case 4:
		algorithm := "SHA" + pick(g.rnd, digests...) + "withECDSA"
		pair := pick(g.rnd, g.keys.EC...)
		return Signature(algorithm, pair), algorithm + " on " + pair.Name
	default:
		algorithm := "HmacSHA" + pick(g.rnd, digests...)
		size := pick(g.rnd, 8, 16, 16, 20, 32, 32, 64, 100)
		return HMAC(algorithm, g.values.bytes(size)), fmt.Sprintf("%s with %d bits", algorithm, 8*size)
	}
}

func (g *Generator) aesKey() []byte {
	return g.values.bytes(pick(g.rnd, 16, 24, 32))
}

func pick[T any](rnd *rand.Rand, choices ...T) T {
	return choices[rnd.IntN(len(choices))]
}

func sortedNames(item map[string]any) []string {
	names := make([]string, 0, len(item))
	for name := range item {
		names = append(names, name)
	}
	sort.Strings(names)
	return names
}
