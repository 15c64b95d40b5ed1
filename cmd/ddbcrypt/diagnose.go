package main

import (
	"bytes"
	"context"
	"fmt"
	"slices"

	"github.com/spf13/cobra"

	"github.com/ddbcrypt/ddbcrypt/cmp"
	"github.com/ddbcrypt/ddbcrypt/crypto"
	"github.com/ddbcrypt/ddbcrypt/internal/config"
)

func diagnoseCommand(s *session) *cobra.Command {
	var tables, others []string
	cmd := &cobra.Command{
		Use:   "diagnose [FILE…]",
		Short: "Say why items do not verify",
		Long: `Verify items and, where a signature does not match, search for the reason:
another table name, other actions, attributes that were added, removed or
exchanged, another key. Nothing that it finds is a reason to trust the item. It
needs the keys that verify needs.

--table offers table names under which items may have been signed;
--other-config offers the keys and the table name of another configuration.`,
		Example: `  ddbcrypt item diagnose --config users.yaml --table users-2019 --table users-old bad.jsonl
  ddbcrypt item diagnose --config users.yaml --other-config old-keys.yaml bad.jsonl`,
		RunE: func(cmd *cobra.Command, files []string) error {
			c, err := s.config()
			if err != nil {
				return err
			}
			encryptor, err := c.Encryptor(cmd.Context(), config.Verify, crypto.WithLogger(s.logger))
			if err != nil {
				return err
			}
			candidates, err := s.readCandidates(cmd.Context(), c, tables, others)
			if err != nil {
				return err
			}
			s.warnIfNothing(c)
			actions := c.Actions()
			return s.stream(cmd.Context(), files, "verified", func(ctx context.Context, in input) ([]byte, error) {
				diagnosis, err := encryptor.Diagnose(ctx, in.Item, c.Context(), actions, candidates)
				if err != nil {
					return nil, err
				}
				return diagnosisText(in, diagnosis), diagnosis.Err
			})
		},
	}
	cmd.Flags().StringArrayVar(&tables, "table", nil, "`NAME` of a table under which items may have been signed; repeatable")
	cmd.Flags().StringArrayVar(&others, "other-config", nil, "configuration `FILE` with other keys that may have been used; repeatable")
	return cmd
}

// readCandidates gathers what a search may try besides the configuration.
func (s *session) readCandidates(ctx context.Context, c *config.Config, tables, others []string) (crypto.Candidates, error) {
	var candidates crypto.Candidates
	for _, file := range others {
		other, err := s.load(file)
		if err != nil {
			return candidates, err
		}
		provider, err := other.Provider(ctx, config.Verify, crypto.WithLogger(s.logger))
		if err != nil {
			return candidates, err
		}
		candidates.Providers = append(candidates.Providers, provider)
		tables = append(tables, other.Context().TableName)
	}
	for _, table := range tables {
		name, err := cmp.TableName(table)
		if err != nil {
			return candidates, err
		}
		if name != "" && name != c.Context().TableName && !slices.Contains(candidates.Tables, name) {
			candidates.Tables = append(candidates.Tables, name)
		}
	}
	return candidates, nil
}

func diagnosisText(in input, d *crypto.Diagnosis) []byte {
	var b bytes.Buffer
	if d.Err == nil {
		fmt.Fprintf(&b, "%s: verified\n", in.place())
		return b.Bytes()
	}
	fmt.Fprintf(&b, "%s: does not verify\n", in.place())
	for _, finding := range d.Findings {
		fmt.Fprintf(&b, "  found: %s\n", finding)
	}
	for _, out := range d.RuledOut {
		fmt.Fprintf(&b, "  ruled out: %s\n", out)
	}
	return b.Bytes()
}
