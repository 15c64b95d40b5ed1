package crypto

import (
	"fmt"
	"maps"
	"strings"
	"unicode/utf8"

	"github.com/ddbcrypt/ddbcrypt/cmp"
)

// Action says what happens to one attribute of an item. The zero value is the
// strongest: encrypt and sign. There is no action that encrypts without
// signing.
//
// Source: developer guide, "Attribute actions".
type Action uint8

const (
	// EncryptAndSign encrypts the value and covers it by the signature.
	EncryptAndSign Action = iota
	// SignOnly leaves the value readable and covers it by the signature.
	SignOnly
	// DoNothing leaves the value readable and unprotected.
	DoNothing
)

// ParseAction returns the action for the word used in tags and configuration
// files: encrypt, sign or none. Another word is an [ErrConfig].
func ParseAction(word string) (Action, error) {
	for _, a := range []Action{EncryptAndSign, SignOnly, DoNothing} {
		if a.String() == word {
			return a, nil
		}
	}
	return 0, fmt.Errorf("crypto: action %q is not encrypt, sign or none: %w", word, cmp.ErrConfig)
}

// String returns the word used in tags and configuration files: "encrypt",
// "sign" or "none".
func (a Action) String() string {
	switch a {
	case EncryptAndSign:
		return "encrypt"
	case SignOnly:
		return "sign"
	case DoNothing:
		return "none"
	default:
		return "invalid"
	}
}

// Actions are the actions for the attributes of a table's items. The writer and
// the reader of an item must agree on them: they are part of what is signed, and
// are not stored in the item.
//
// The attributes aws:rep:deleting, aws:rep:updatetime and aws:rep:updateregion,
// which global tables of version 2017.11.29 change by themselves, are DoNothing
// unless Overrides name them.
type Actions struct {
	// Default is for the attributes that Overrides don't name.
	Default Action
	// Overrides are by attribute name.
	Overrides map[string]Action
}

// Action returns what happens to the attribute with that name.
func (a Actions) Action(name string) Action {
	if action, ok := a.Overrides[name]; ok {
		return action
	}
	if isReplicationAttribute(name) {
		return DoNothing
	}
	return a.Default
}

// isReplicationAttribute reports whether name is one of the attributes that
// global tables of version 2017.11.29 write.
//
// Source: developer guide, "Issues with older version global tables".
func isReplicationAttribute(name string) bool {
	rest, ok := strings.CutPrefix(name, "aws:rep:")
	return ok && (rest == "deleting" || rest == "updatetime" || rest == "updateregion")
}

// WithIndexKeys returns a copy in which the named attributes, keys of the table
// or of an index, are not encrypted: SignOnly if they would be encrypted, as
// they are otherwise. Overriding an explicit EncryptAndSign is an [ErrConfig].
func (a Actions) WithIndexKeys(names ...string) (Actions, error) {
	result := a.clone()
	for _, name := range names {
		if _, ok := a.Overrides[name]; !ok {
			result.Overrides[name] = max(a.Action(name), SignOnly)
		} else if a.Overrides[name] == EncryptAndSign {
			return Actions{}, fmt.Errorf("crypto: attribute %q is an index key and cannot be encrypted; make its action sign: %w", name, cmp.ErrConfig)
		}
	}
	return result, nil
}

// Merge returns the stronger of a's and b's actions for each attribute.
func (a Actions) Merge(b Actions) Actions {
	result := Actions{min(a.Default, b.Default), map[string]Action{}}
	for _, overrides := range []map[string]Action{a.Overrides, b.Overrides} {
		for name := range overrides {
			result.Overrides[name] = min(a.Action(name), b.Action(name))
		}
	}
	return result
}

// PassThrough reports whether there is nothing to do for any attribute, stated
// or not. Items then stay as they are, both ways (docs/wire-format.md §6).
func (a Actions) PassThrough() bool {
	if a.Default != DoNothing {
		return false
	}
	for _, action := range a.Overrides {
		if action != DoNothing {
			return false
		}
	}
	return true
}

func (a Actions) clone() Actions {
	overrides := maps.Clone(a.Overrides)
	if overrides == nil {
		overrides = map[string]Action{}
	}
	return Actions{a.Default, overrides}
}

// check refuses actions that would make keys unreadable for DynamoDB, or that
// are about the attributes that the item encryptor itself writes.
func (a Actions) check(context cmp.EncryptionContext, reserved ...string) error {
	if a.Default > DoNothing {
		return fmt.Errorf("default action %d is unknown: %w", a.Default, cmp.ErrConfig)
	}
	for name, action := range a.Overrides {
		if action > DoNothing {
			return fmt.Errorf("attribute %q: action %d is unknown: %w", name, action, cmp.ErrConfig)
		}
		if !utf8.ValidString(name) {
			return fmt.Errorf("attribute %q: the name is not valid UTF-8: %w", name, cmp.ErrConfig)
		}
	}
	for _, name := range reserved {
		if _, ok := a.Overrides[name]; ok {
			return fmt.Errorf("attribute %q is reserved; no action can be set for it: %w", name, cmp.ErrConfig)
		}
		if name == context.PartitionKey || name == context.SortKey {
			return fmt.Errorf("attribute %q is reserved and cannot be a key: %w", name, cmp.ErrConfig)
		}
	}
	for _, key := range []string{context.PartitionKey, context.SortKey} {
		if key != "" && a.Action(key) == EncryptAndSign {
			return fmt.Errorf("key attribute %q cannot be encrypted; make its action sign: %w", key, cmp.ErrConfig)
		}
	}
	return nil
}
