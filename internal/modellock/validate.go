package modellock

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/ddbcrypt/ddbcrypt/crypto"
)

// maxReason bounds the reason of a change, in characters.
const maxReason = 200

// checkReason refuses reasons that do not fit in one line of a list.
func checkReason(reason string) error {
	switch {
	case strings.TrimSpace(reason) == "":
		return errors.New("the reason is blank; say in one line why the change is right")
	case !utf8.ValidString(reason) || strings.ContainsFunc(reason, unicode.IsControl):
		return errors.New("the reason is not one line of text; write it without line breaks, tabs and other control characters")
	case utf8.RuneCountInString(reason) > maxReason:
		return fmt.Errorf("the reason has more than %d characters; shorten it", maxReason)
	}
	return nil
}

// validate refuses what the JSON decoder lets through.
func (f *File) validate() error {
	for _, name := range slices.Sorted(maps.Keys(f.Types)) {
		if err := f.Types[name].validate(); err != nil {
			return fmt.Errorf("type %q: %w", name, err)
		}
	}
	for _, name := range slices.Sorted(maps.Keys(f.Removed)) {
		removed := f.Removed[name]
		_, twice := f.Types[name]
		err := errors.Join(removed.validate(), checkReason(removed.Reason))
		if twice {
			err = errors.New("it is among the types and the removed ones; keep one of the two")
		}
		if err != nil {
			return fmt.Errorf("removed type %q: %w", name, err)
		}
	}
	return nil
}

func (t Type) validate() error {
	if err := t.State.validate(); err != nil {
		return err
	}
	for i, e := range t.History {
		if err := errors.Join(e.validate(), checkReason(e.Reason)); err != nil {
			return fmt.Errorf("history entry %d: %w", i+1, err)
		}
	}
	return nil
}

func (s State) validate() error {
	if _, ok := parsePolicy(s.Unknown); !ok {
		var words []string
		for _, p := range policies {
			words = append(words, p.String())
		}
		return unknownWord(`policy in "unknown"`, s.Unknown, words)
	}
	if _, ok := s.Attributes[""]; ok {
		return errors.New("an attribute has no name; remove it")
	}
	if s.SortKey != "" && s.PartitionKey == "" {
		return errors.New("sort_key without partition_key; add it")
	}
	for _, key := range []string{s.PartitionKey, s.SortKey} {
		if a, ok := s.Attributes[key]; key != "" && (!ok || a.Retired || a.Action == crypto.EncryptAndSign) {
			return fmt.Errorf("key %q is not among the attributes that are neither encrypted nor retired; take both from version control", key)
		}
	}
	return nil
}
