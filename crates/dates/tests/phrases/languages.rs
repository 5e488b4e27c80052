//! The same call in Berlin, in other languages.

use crate::check;

#[test]
fn languages() {
    check(
        Some("2024-01-15T09:00:00+01:00[Europe/Berlin]"),
        "Europe/Berlin",
        &[
            ("um 15 Uhr", "Mon 2024-01-15 15:00 +01:00"),
            ("morgen um halb drei", "Tue 2024-01-16 14:30 +01:00"),
            ("am Freitag um 9 Uhr", "Fri 2024-01-19 09:00 +01:00"),
            (
                "nächsten Freitag um 14 Uhr 30",
                "Fri 2024-01-26 14:30 +01:00",
            ),
            ("am 14. März um 15 Uhr", "Thu 2024-03-14 15:00 +01:00"),
            ("am 14. um 10", "Wed 2024-02-14 10:00 +01:00"),
            ("übermorgen abend um 8", "Wed 2024-01-17 20:00 +01:00"),
            ("in zwei Wochen", "Mon 2024-01-29"),
            ("viertel vor drei", "Mon 2024-01-15 14:45 +01:00"),
            ("15.03. um 9:30", "Fri 2024-03-15 09:30 +01:00"),
            ("mañana a las 3 de la tarde", "Tue 2024-01-16 15:00 +01:00"),
            ("el viernes a las 15 horas", "Fri 2024-01-19 15:00 +01:00"),
            ("el 14 de marzo de 2025", "Fri 2025-03-14"),
            ("mañana por la mañana", "Tue 2024-01-16"),
            (
                "el próximo lunes a las 10 y media",
                "Mon 2024-01-22 10:30 +01:00",
            ),
            ("pasado mañana", "Wed 2024-01-17"),
            ("demain à 15h", "Tue 2024-01-16 15:00 +01:00"),
            ("vendredi prochain à 15h30", "Fri 2024-01-26 15:30 +01:00"),
            ("le 14 mars", "Thu 2024-03-14"),
            ("lundi à 9 heures et demie", "Mon 2024-01-22 09:30 +01:00"),
            ("après-demain", "Wed 2024-01-17"),
            ("aujourd'hui à 18h", "Mon 2024-01-15 18:00 +01:00"),
            ("amanhã às 15h", "Tue 2024-01-16 15:00 +01:00"),
            ("sexta-feira às 3 da tarde", "Fri 2024-01-19 15:00 +01:00"),
            ("no dia 14 às 10", "Wed 2024-02-14 10:00 +01:00"),
            ("segunda-feira que vem", "Mon 2024-01-22"),
            ("domani alle 15", "Tue 2024-01-16 15:00 +01:00"),
            ("venerdì alle 3 e mezza", "Fri 2024-01-19 15:30 +01:00"),
            ("il 14 marzo alle ore 9", "Thu 2024-03-14 09:00 +01:00"),
            ("कल शाम 5 बजे", "Tue 2024-01-16 17:00 +01:00"),
            ("शुक्रवार को सुबह 10 बजे", "Fri 2024-01-19 10:00 +01:00"),
            ("आज रात 8 बजे", "Mon 2024-01-15 20:00 +01:00"),
            ("साढ़े तीन बजे", "Mon 2024-01-15 15:30 +01:00"),
            ("lundi à 9 heures et demie", "Mon 2024-01-22 09:30 +01:00"),
            ("demain 15 heures", "Tue 2024-01-16 15:00 +01:00"),
            ("dans 2 heures", "Mon 2024-01-15 11:00 +01:00"),
        ],
    );
}
