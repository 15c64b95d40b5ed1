package crypto

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// Candidates are what [Encryptor.Diagnose] tries besides the configuration.
type Candidates struct {
	// Tables are names under which the item may have been signed.
	Tables []string
	// Providers hold other keys that it may have been signed with.
	Providers []cmp.Provider
}

// Diagnosis says why an item does not verify, as far as that can be known with
// the keys at hand. It is for people to read: nothing in it is a reason to accept
// the item. It names attributes and tables and holds no values.
type Diagnosis struct {
	// Err is what verifying the item returned; nil if it verifies.
	Err error
	// Findings explain Err: each is a change under which the signature would
	// match, or what is plainly wrong.
	Findings []string
	// RuledOut are the explanations that were tried in vain.
	RuledOut []string
}

// String returns the diagnosis as text of several lines.
func (d *Diagnosis) String() string {
	if d.Err == nil {
		return "the item verifies"
	}
	var b strings.Builder
	b.WriteString(d.Err.Error())
	for _, finding := range d.Findings {
		b.WriteString("\n  found: " + finding)
	}
	for _, out := range d.RuledOut {
		b.WriteString("\n  ruled out: " + out)
	}
	return b.String()
}

// Diagnoser is a [TableEncryptor] that can explain failed signatures.
type Diagnoser interface {
	// Diagnose verifies an item and, if its signature does not match,
	// searches for the reason.
	Diagnose(ctx context.Context, item Item, candidates Candidates) (*Diagnosis, error)
}

var _ Diagnoser = (*table)(nil)

// Diagnose verifies an item and, if its signature does not match, searches for
// the reason: another table name, other actions of one or two attributes, an
// attribute that was added, removed, renamed or exchanged with another, another
// key. The search is bounded and ends early with the context. It decrypts
// nothing.
//
// The error is for a search that could not be done: an [ErrConfig], or an
// [ErrKeyUnavailable].
func (e *Encryptor) Diagnose(ctx context.Context, item Item, encryption cmp.EncryptionContext, actions Actions, candidates Candidates) (*Diagnosis, error) {
	t, err := e.table(encryption, actions)
	if err != nil {
		return nil, err
	}
	return t.Diagnose(ctx, item, candidates)
}

// Diagnose implements [Diagnoser].
func (t *table) Diagnose(ctx context.Context, item Item, candidates Candidates) (*Diagnosis, error) {
	var err error
	o := &t.encryptor.options
	d := &Diagnosis{Err: t.VerifyItem(ctx, item)}
	switch cmp.FailureClass(d.Err) {
	case nil:
	case ErrSignature:
		err = t.diagnoseSignature(ctx, item, candidates, d)
	case ErrNotEncrypted:
		d.find("there is no attribute %q: the item was written without encryption, or its signature was removed", o.signatureAttribute)
	case ErrDescription, ErrAlgorithm:
		d.find("the material description attribute %q is refused before anything is computed: it was changed, or written by a provider that is not configured here", o.descriptionAttribute)
	case ErrKeyUnavailable:
		if len(candidates.Providers) == 0 {
			return nil, d.Err
		}
		err = t.tryProviders(ctx, item, candidates, d)
	default:
		return nil, d.Err
	}
	if err != nil {
		return nil, t.fail("diagnose", err)
	}
	return d, nil
}

func (d *Diagnosis) find(format string, args ...any) {
	d.Findings = append(d.Findings, fmt.Sprintf(format, args...))
}

func (t *table) diagnoseSignature(ctx context.Context, item Item, candidates Candidates, d *Diagnosis) error {
	s := t.getScratch()
	defer t.putScratch(s)
	signature, materials, err := t.prepare(ctx, s, item)
	if err != nil {
		if _, ok := errors.AsType[*cmp.KMSError](err); ok && errors.Is(err, ErrSignature) {
			return t.diagnoseDataKey(ctx, item, candidates, d)
		}
		if errors.Is(err, ErrSignature) {
			d.find("%v", err)
			return nil
		}
		return err
	}
	d.checkShape(signature, materials.VerificationKey.Algorithm())
	d.RuledOut = []string{"the other canonical order of names and sets"}
	bounded := false
	for i, form := range append([]canonicalForm{t.form()}, t.otherForms(true)...) {
		search := t.newSearch(s, item, form, signature, materials.VerificationKey)
		t.reportUnsignable(search, d)
		found, ruledOut, err := search.run(ctx, t, candidates.Tables)
		if err != nil {
			return err
		}
		if found != "" {
			d.Findings, d.RuledOut = append(d.Findings, found), nil
			return nil
		}
		if i == 0 || len(ruledOut)+1 < len(d.RuledOut) {
			d.RuledOut = append(d.RuledOut[:1], ruledOut...)
		}
		bounded = bounded || search.left == 0
	}
	if err := t.tryProviders(ctx, item, candidates, d); err != nil {
		return err
	}
	if bounded {
		d.find("the search ended at its bound, as the item has many attributes; more is possible than what is ruled out")
	}
	return nil
}

// diagnoseDataKey explains a data key that KMS refuses to decrypt: without it no
// signature can be computed. Each try is a call of KMS.
func (t *table) diagnoseDataKey(ctx context.Context, item Item, candidates Candidates, d *Diagnosis) error {
	for _, name := range append(slices.Clone(candidates.Tables), "") {
		if name == t.encryption.TableName {
			continue
		}
		err := t.verifyUnder(ctx, t.encryptor.provider, name, item)
		if ctx.Err() != nil {
			return keyError("search", ctx.Err())
		}
		if _, ok := errors.AsType[*cmp.KMSError](err); ok && !errors.Is(err, ErrSignature) {
			return err
		} else if !ok {
			d.find("the data key was made for an item of table name %q, not %q: the item was copied or restored from there, or the configured name is wrong", name, t.encryption.TableName)
			return nil
		}
	}
	d.RuledOut = []string{"made without a table name" + orTables(candidates.Tables)}
	if len(candidates.Providers) > 0 {
		return t.tryProviders(ctx, item, candidates, d)
	}
	d.find("KMS decrypts the data key only for the table name, key attributes and algorithms that it was made for: a key attribute was changed, the key attributes are configured differently, the data key is under a KMS key of another Region, or %s was changed", t.encryptor.options.descriptionAttribute)
	return nil
}

// verifyUnder verifies an item by other keys or under another table name.
func (t *table) verifyUnder(ctx context.Context, provider cmp.Provider, tableName string, item Item) error {
	encryption := t.encryption
	encryption.TableName = tableName
	other := &Encryptor{provider: provider, options: t.encryptor.options}
	other.options.signedName, other.options.signedNames = "", nil
	return other.VerifyItem(ctx, item, encryption, t.actions)
}

// signatureSizes are the lengths of HMAC signatures in bytes.
var signatureSizes = map[string]int{"HmacSHA224": 28, "HmacSHA256": 32, "HmacSHA384": 48, "HmacSHA512": 64}

// checkShape reports a signature that no key of the algorithm makes.
func (d *Diagnosis) checkShape(signature []byte, algorithm string) {
	size, isHMAC := signatureSizes[algorithm]
	if isHMAC && len(signature) != size {
		d.find("the signature has %d bytes, not the %d of %s: it is cut off, or made with another kind of key", len(signature), size, algorithm)
	}
	if least := minAsymmetricSignature(algorithm); !isHMAC && len(signature) < least {
		d.find("the signature has %d bytes, too few for %s: it is cut off, or made with another kind of key", len(signature), algorithm)
	}
}

// minAsymmetricSignature returns a length in bytes that no signature is below: an
// RSA key of 1024 bits, or the shortest DER of two numbers.
func minAsymmetricSignature(algorithm string) int {
	if strings.HasSuffix(algorithm, "withRSA") {
		return 128
	}
	return 8
}

// reportUnsignable names attributes whose values cannot have been signed under
// their action.
func (t *table) reportUnsignable(search *search, d *Diagnosis) {
	if len(d.Findings) > 0 {
		return
	}
	for i, a := range search.attributes {
		if search.flags[i] == flagEncrypted && !a.binary {
			d.find("attribute %q is to be decrypted but is not binary: it was replaced, or written with the action sign or none", a.name)
		} else if search.flags[i] != flagAbsent && a.err != nil {
			d.find("attribute %q has a value that cannot be signed: %v", a.name, a.err)
		}
	}
}

// tryProviders tries other keys with the configured actions and each table name.
func (t *table) tryProviders(ctx context.Context, item Item, candidates Candidates, d *Diagnosis) error {
	for i, provider := range candidates.Providers {
		for _, name := range append([]string{t.encryption.TableName}, candidates.Tables...) {
			err := t.verifyUnder(ctx, provider, name, item)
			if err == nil {
				d.find("the item verifies with the keys of the other provider %d, under table name %q: the configured key is another one", i+1, name)
				d.RuledOut = nil
				return nil
			}
			if ctx.Err() != nil {
				return keyError("search", ctx.Err())
			}
		}
		d.RuledOut = append(d.RuledOut, fmt.Sprintf("the keys of the other provider %d", i+1))
	}
	if len(d.Findings) == 0 && cmp.FailureClass(d.Err) == ErrSignature {
		d.find("nothing that was tried explains it; what is left is a changed value or signature, a removed attribute, or another key")
	}
	return nil
}

// signedAttribute is an attribute of the item with its digests.
type signedAttribute struct {
	name    string
	nameSum digest
	sum     digest // of the value as stored
	binary  bool
	err     error // why the value cannot be signed
}

// flag is how an attribute takes part in the string to sign.
type flag uint8

const (
	flagEncrypted flag = iota
	flagPlaintext
	flagAbsent
)

func (a Action) flag() flag { return flag(a) }

// newSearch computes the digests of all attributes in one form.
func (t *table) newSearch(s *scratch, item Item, form canonicalForm, signature []byte, key cmp.VerificationKey) *search {
	entries := make([]entry, 0, len(item))
	for name := range item {
		if !t.isReserved(name) {
			entries = append(entries, entry{name, t.known[name]})
		}
	}
	sortEntries(entries, form.order)
	search := &search{table: tableDigest(form.table), order: form.order, signature: signature, key: key}
	search.left = min(maxTrials, maxHashed/(len(digest{})*(1+3*len(entries))))
	if _, ok := key.(cmp.DigestVerifier); !ok {
		search.left = min(search.left, maxRemoteTrials)
	}
	for _, e := range entries {
		a := signedAttribute{name: e.name, nameSum: *s.nameDigest(e), binary: isBinary(item[e.name])}
		var sum []byte
		sum, a.err = s.valueDigest(nil, item[e.name], SignOnly, form.order)
		copy(a.sum[:], sum)
		search.attributes = append(search.attributes, a)
		search.flags = append(search.flags, t.action(e.name, e.known).flag())
	}
	for _, known := range t.order {
		if _, ok := item[known.name]; !ok && known.action != DoNothing {
			search.absent = append(search.absent, known)
		}
	}
	return search
}
