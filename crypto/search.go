package crypto

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/internal/tlv"
)

// Bounds of a search in one form: signatures that are verified with a key in
// memory, or with one that may be across a network, and bytes that are hashed for
// them.
const (
	maxTrials       = 50_000
	maxRemoteTrials = 100
	maxHashed       = 512 << 20
)

// search looks for strings to sign that differ a little from the one that was
// expected and that match the signature.
type search struct {
	table      digest
	order      tlv.Order
	signature  []byte
	key        cmp.VerificationKey
	attributes []signedAttribute // in order of their names
	flags      []flag            // as configured, by attribute
	absent     []*attribute      // that the actions sign and the item lacks
	left       int               // trials
}

// errBudget ends a search that found nothing within its bounds.
var errBudget = errors.New("search is over")

// run tries one kind of explanation after the other, the simple ones first. It
// returns the first that fits, or those that were tried to the end.
func (q *search) run(ctx context.Context, t *table, tables []string) (found string, ruledOut []string, err error) {
	steps := []struct {
		out string
		try func(context.Context) (string, error)
	}{
		{"no table name" + orTables(tables), func(ctx context.Context) (string, error) { return q.tryTables(ctx, t, tables) }},
		{"another action of one attribute, or one that was added", q.tryOneAction},
		{"an attribute that was renamed", q.tryRenamed},
		{"a signed-only attribute that was removed and was empty, NULL, true, false, 0 or 1", q.tryRemoved},
		{"two attributes whose values were exchanged", q.tryExchanged},
		{"other actions of two attributes, or two that were added", q.tryTwoActions},
	}
	for _, step := range steps {
		found, err = step.try(ctx)
		if errors.Is(err, errBudget) {
			return "", ruledOut, nil
		}
		if err != nil || found != "" {
			return found, nil, err
		}
		ruledOut = append(ruledOut, step.out)
	}
	return "", ruledOut, nil
}

func orTables(tables []string) string {
	if len(tables) == 0 {
		return ""
	}
	return ", or table name " + quoteNames(tables)
}

// matches verifies the signature over attributes and flags.
func (q *search) matches(ctx context.Context, attributes []signedAttribute, flags []flag) (bool, error) {
	for i, a := range attributes {
		if flags[i] != flagAbsent && (a.err != nil || flags[i] == flagEncrypted && !a.binary) {
			return false, nil
		}
	}
	if q.left == 0 {
		return false, errBudget
	}
	q.left--
	if err := ctx.Err(); err != nil {
		return false, keyError("search", err)
	}
	var err error
	if verifier, ok := q.key.(cmp.DigestVerifier); ok {
		h := verifier.NewHash()
		q.write(h, attributes, flags)
		err = verifier.VerifyDigest(ctx, h.Sum(nil), q.signature)
	} else {
		var m message
		q.write(&m, attributes, flags)
		err = q.key.Verify(ctx, m, q.signature)
	}
	if errors.Is(err, ErrSignature) {
		return false, nil
	}
	return err == nil, keyError("verify", err)
}

func (q *search) write(w io.Writer, attributes []signedAttribute, flags []flag) {
	_, _ = w.Write(q.table[:])
	for i := range attributes {
		if flags[i] == flagAbsent {
			continue
		}
		_, _ = w.Write(attributes[i].nameSum[:])
		_, _ = w.Write(actionDigest(Action(flags[i])))
		_, _ = w.Write(attributes[i].sum[:])
	}
}

func (q *search) tryTables(ctx context.Context, t *table, tables []string) (string, error) {
	own := q.table
	defer func() { q.table = own }()
	for _, name := range append(slices.Clone(tables), noTablePython, noTableJava) {
		q.table = tableDigest(name)
		ok, err := q.matches(ctx, q.attributes, q.flags)
		if err != nil || !ok {
			if err != nil {
				return "", err
			}
			continue
		}
		if name == noTablePython || name == noTableJava {
			return fmt.Sprintf("the item was signed without a table name, not under %q", t.encryption.TableName), nil
		}
		return fmt.Sprintf("the item was signed under table name %q, not %q: it was copied or restored from there, or the configured name is wrong", name, t.encryption.TableName), nil
	}
	return "", nil
}

// describe says what it means that an attribute was signed under another flag.
func (q *search) describe(i int, f flag) string {
	name, configured := q.attributes[i].name, Action(q.flags[i])
	if f == flagAbsent {
		return fmt.Sprintf("attribute %q is not covered by the signature: it was added later, or the item was written with the action none, not %s", name, configured)
	}
	return fmt.Sprintf("attribute %q was signed with the action %s, not %s", name, Action(f), configured)
}

// eachChange calls try for each other flag of attribute i.
func (q *search) eachChange(flags []flag, i int, try func(f flag) (bool, error)) (bool, error) {
	own := flags[i]
	defer func() { flags[i] = own }()
	for _, f := range []flag{flagEncrypted, flagPlaintext, flagAbsent} {
		if f == own {
			continue
		}
		flags[i] = f
		if ok, err := try(f); ok || err != nil {
			return ok, err
		}
	}
	return false, nil
}

func (q *search) tryOneAction(ctx context.Context) (found string, err error) {
	flags := slices.Clone(q.flags)
	for i := range flags {
		ok, err := q.eachChange(flags, i, func(f flag) (bool, error) {
			found = q.describe(i, f)
			return q.matches(ctx, q.attributes, flags)
		})
		if ok || err != nil {
			return found, err
		}
	}
	return "", nil
}

func (q *search) tryTwoActions(ctx context.Context) (found string, err error) {
	flags := slices.Clone(q.flags)
	for i := range flags {
		for j := i + 1; j < len(flags); j++ {
			ok, err := q.eachChange(flags, i, func(f flag) (bool, error) {
				return q.eachChange(flags, j, func(g flag) (bool, error) {
					found = q.describe(i, f) + "; and " + q.describe(j, g)
					return q.matches(ctx, q.attributes, flags)
				})
			})
			if ok || err != nil {
				return found, err
			}
		}
	}
	return "", nil
}

// tryRenamed tries each attribute under the names that are missing.
func (q *search) tryRenamed(ctx context.Context) (string, error) {
	for _, missing := range q.absent {
		for i := range q.attributes {
			renamed := q.attributes[i]
			renamed.name, renamed.nameSum = missing.name, missing.digest
			ok, err := q.matchesWith(ctx, i, renamed, missing.action.flag())
			if err != nil {
				return "", err
			}
			if ok {
				return fmt.Sprintf("the value of attribute %q was signed under the name %q", q.attributes[i].name, missing.name), nil
			}
		}
	}
	return "", nil
}

// matchesWith is matches without attribute drop (if not negative) and with
// another one at its place in the order.
func (q *search) matchesWith(ctx context.Context, drop int, a signedAttribute, f flag) (bool, error) {
	attributes, flags := slices.Clone(q.attributes), slices.Clone(q.flags)
	if drop >= 0 {
		attributes, flags = slices.Delete(attributes, drop, drop+1), slices.Delete(flags, drop, drop+1)
	}
	at, _ := slices.BinarySearchFunc(attributes, a.name, func(b signedAttribute, name string) int {
		return q.order.CompareStrings(b.name, name)
	})
	return q.matches(ctx, slices.Insert(attributes, at, a), slices.Insert(flags, at, f))
}

// tryExchanged tries each two attributes with their values exchanged.
func (q *search) tryExchanged(ctx context.Context) (string, error) {
	attributes := slices.Clone(q.attributes)
	exchange := func(i, j int) {
		a, b := &attributes[i], &attributes[j]
		a.sum, b.sum, a.binary, b.binary, a.err, b.err = b.sum, a.sum, b.binary, a.binary, b.err, a.err
	}
	for i := range attributes {
		for j := i + 1; j < len(attributes); j++ {
			if q.flags[i] == flagAbsent && q.flags[j] == flagAbsent {
				continue
			}
			exchange(i, j)
			ok, err := q.matches(ctx, attributes, q.flags)
			exchange(i, j)
			if err != nil {
				return "", err
			}
			if ok {
				return fmt.Sprintf("the values of attributes %q and %q were exchanged", attributes[i].name, attributes[j].name), nil
			}
		}
	}
	return "", nil
}

// guessable are values so common that a removed attribute may have had one. Only
// the attribute's name is reported.
var guessable = []types.AttributeValue{
	&types.AttributeValueMemberNULL{Value: true},
	&types.AttributeValueMemberBOOL{Value: true},
	&types.AttributeValueMemberBOOL{Value: false},
	&types.AttributeValueMemberS{},
	&types.AttributeValueMemberN{Value: "0"},
	&types.AttributeValueMemberN{Value: "1"},
	&types.AttributeValueMemberB{},
	&types.AttributeValueMemberL{},
	&types.AttributeValueMemberM{},
}

// tryRemoved tries the signed-only attributes that are missing with each
// guessable value.
func (q *search) tryRemoved(ctx context.Context) (string, error) {
	s := newScratch()
	for _, missing := range q.absent {
		if missing.action != SignOnly {
			continue
		}
		for _, v := range guessable {
			a := signedAttribute{name: missing.name, nameSum: missing.digest}
			sum, _ := s.valueDigest(nil, v, SignOnly, q.order)
			copy(a.sum[:], sum)
			ok, err := q.matchesWith(ctx, -1, a, flagPlaintext)
			if err != nil {
				return "", err
			}
			if ok {
				return fmt.Sprintf("attribute %q was signed and then removed from the item", missing.name), nil
			}
		}
	}
	return "", nil
}

func isBinary(v types.AttributeValue) bool {
	b, ok := v.(*types.AttributeValueMemberB)
	return ok && b != nil
}
