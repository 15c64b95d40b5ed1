package main

import (
	"bytes"
	"context"
	"encoding/json"
	"maps"
	"slices"

	"github.com/aws/aws-sdk-go-v2/service/dynamodb/types"
	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/config"
)

func inspectCommand(s *session) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "inspect [FILE…]",
		Short: "Show what items say of themselves, without keys",
		Long: `Show the signature, the material description, and the type and size of each
attribute. It needs no keys and no configuration, verifies nothing and shows no
values. --config is only for items whose reserved attributes have other names;
$` + configVariable + ` is not read.`,
		Example: `  ddbcrypt item inspect encrypted.jsonl
  ddbcrypt item inspect --json encrypted.jsonl | jq .description`,
		RunE: func(cmd *cobra.Command, files []string) error {
			names, err := s.reservedNames()
			if err != nil {
				return err
			}
			return s.stream(cmd.Context(), files, "inspected", func(_ context.Context, in input) ([]byte, error) {
				r := names.inspect(in)
				if !asJSON {
					return r.text(), nil
				}
				return r.json()
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print one JSON object for each item")
	return cmd
}

// reserved names what the item encryptor adds to items.
type reserved struct{ description, signature, prefix string }

func (s *session) reservedNames() (reserved, error) {
	if s.configFile == "" {
		return reserved{crypto.DefaultDescriptionAttribute, crypto.DefaultSignatureAttribute, crypto.DefaultDescriptionPrefix}, nil
	}
	c, err := config.Load(s.configFile)
	if err != nil {
		return reserved{}, err
	}
	description, signature, prefix := c.Names()
	return reserved{description, signature, prefix}, nil
}

// report is what is seen of an item.
type report struct {
	File string `json:"file"`
	Line int    `json:"line"`
	// Signature and Described are nil where there is no such attribute.
	Signature *valueReport `json:"signature"`
	Described *valueReport `json:"description_attribute"`
	// Description lacks the wrapped key, of which WrappedKey is the length.
	Description cmp.MaterialDescription `json:"description"`
	WrappedKey  *int                    `json:"wrapped_key_characters,omitempty"`
	// Problem says why there is no Description.
	Problem    string            `json:"description_problem,omitempty"`
	Attributes []attributeReport `json:"attributes"`
}

type attributeReport struct {
	Name string `json:"name"`
	valueReport
	MayBeEncrypted bool `json:"may_be_encrypted"`
}

type valueReport struct {
	Type string `json:"type"`
	// Size is in bytes; of sets, lists and maps in members.
	Size int `json:"size"`
}

func (names reserved) inspect(in input) report {
	r := report{File: in.file, Line: in.Number, Attributes: []attributeReport{}}
	if in.file == stdinName {
		r.File = stdinDisplay
	}
	r.describe(in.Item[names.description])
	_, encrypts := r.Description[names.prefix+"sym-mode"]
	for _, name := range slices.Sorted(maps.Keys(in.Item)) {
		value := inspectValue(in.Item[name])
		switch name {
		case names.signature:
			r.Signature = &value
		case names.description:
			r.Described = &value
		default:
			r.Attributes = append(r.Attributes, attributeReport{name, value, encrypts && looksEncrypted(in.Item[name])})
		}
	}
	return r
}

// describe reads the material description.
func (r *report) describe(v types.AttributeValue) {
	if v == nil {
		return
	}
	b, ok := v.(*types.AttributeValueMemberB)
	if !ok {
		r.Problem = "it is not binary"
		return
	}
	description, err := cmp.ParseMaterialDescription(b.Value)
	if err != nil {
		r.Problem = err.Error()
		return
	}
	if wrapped, ok := description[cmp.DescriptionContentKey]; ok {
		n := len(wrapped)
		r.WrappedKey = &n
		delete(description, cmp.DescriptionContentKey)
	}
	r.Description = description
}

// The least that encryption makes of a value: an IV and one block.
const (
	blockSize    = 16
	minEncrypted = 2 * blockSize
)

func looksEncrypted(v types.AttributeValue) bool {
	b, ok := v.(*types.AttributeValueMemberB)
	return ok && len(b.Value) >= minEncrypted && len(b.Value)%blockSize == 0
}

func inspectValue(v types.AttributeValue) valueReport {
	switch v := v.(type) {
	case *types.AttributeValueMemberS:
		return valueReport{"S", len(v.Value)}
	case *types.AttributeValueMemberN:
		return valueReport{"N", len(v.Value)}
	case *types.AttributeValueMemberB:
		return valueReport{"B", len(v.Value)}
	case *types.AttributeValueMemberSS:
		return valueReport{"SS", len(v.Value)}
	case *types.AttributeValueMemberNS:
		return valueReport{"NS", len(v.Value)}
	case *types.AttributeValueMemberBS:
		return valueReport{"BS", len(v.Value)}
	case *types.AttributeValueMemberL:
		return valueReport{"L", len(v.Value)}
	case *types.AttributeValueMemberM:
		return valueReport{"M", len(v.Value)}
	case *types.AttributeValueMemberBOOL:
		return valueReport{"BOOL", 1}
	default:
		return valueReport{"NULL", 1}
	}
}

func (r report) json() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(r)
	return b.Bytes(), err
}
